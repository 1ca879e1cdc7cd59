/*-------------------------------------------------------------------------
 *
 * report_html.c
 *	  Text and tables of the clearing report.
 *
 * A page in a database that is not in UTF-8 is in ASCII, with references for
 * the other characters: so it can be stored and sent whatever the encodings
 * are, and says the same.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "mb/pg_wchar.h"

#include "report_html.h"

/* short names, as officers write them; order of kw_province_prefix */
static const KwLabel province_labels[KW_N_PROVINCES] = {
	{"北京", "Beijing"}, {"天津", "Tianjin"}, {"河北", "Hebei"}, {"山西", "Shanxi"},
	{"内蒙古", "Inner Mongolia"}, {"辽宁", "Liaoning"}, {"吉林", "Jilin"}, {"黑龙江", "Heilongjiang"},
	{"上海", "Shanghai"}, {"江苏", "Jiangsu"}, {"浙江", "Zhejiang"}, {"安徽", "Anhui"},
	{"福建", "Fujian"}, {"江西", "Jiangxi"}, {"山东", "Shandong"}, {"河南", "Henan"},
	{"湖北", "Hubei"}, {"湖南", "Hunan"}, {"广东", "Guangdong"}, {"广西", "Guangxi"},
	{"海南", "Hainan"}, {"重庆", "Chongqing"}, {"四川", "Sichuan"}, {"贵州", "Guizhou"},
	{"云南", "Yunnan"}, {"西藏", "Tibet"}, {"陕西", "Shaanxi"}, {"甘肃", "Gansu"},
	{"青海", "Qinghai"}, {"宁夏", "Ningxia"}, {"新疆", "Xinjiang"}, {"兵团", "Xinjiang Corps"}
};

/*
 * The sheet is A4, upright.  A drawing or a table that fits on a page is not
 * cut; the long ones go over pages between rows, with the head on each.
 * Totals stand at the end, not on each page.
 */
static const char style[] =
"@page { size: A4 portrait; margin: 13mm 12mm 15mm;"
" @bottom-right { content: counter(page) \" / \" counter(pages); font: 8pt sans-serif; color: #555; } }\n"
"* { box-sizing: border-box; }\n"
"html { print-color-adjust: exact; -webkit-print-color-adjust: exact; }\n"
"body { max-width: 186mm; margin: 8mm auto; color: #1a1a1a; background: #fff;"
" font: 9pt/1.45 \"Noto Sans CJK SC\", \"Source Han Sans SC\", \"Microsoft YaHei\", \"PingFang SC\", sans-serif; }\n"
"h1 { font-size: 17pt; margin: 0; text-align: center; letter-spacing: .04em; }\n"
"h1 .en, .subtitle { display: block; text-align: center; font-size: 10.5pt; font-weight: normal; letter-spacing: 0; color: #444; }\n"
"h2 { font-size: 11.5pt; margin: 7mm 0 2mm; padding-bottom: 1mm; border-bottom: .6mm solid #1f4e79; color: #1f4e79;"
" break-after: avoid; }\n"
".en { color: #555; font-size: 88%; font-weight: normal; }\n"
"h2 .en { color: #1f4e79; }\n"
".meta { display: grid; grid-template-columns: 1fr 1fr; gap: 0 8mm; margin: 4mm 0; padding: 2mm 3mm; background: #f3f6fa;"
" border: .2mm solid #c9d4e0; }\n"
".meta div { padding: .6mm 0; }\n"
".cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: 2.5mm; break-inside: avoid; }\n"
".card { border: .2mm solid #c9d4e0; border-top: .8mm solid #1f4e79; padding: 1.5mm 2.5mm; }\n"
".card b { display: block; font-size: 12pt; font-variant-numeric: tabular-nums; white-space: nowrap; }\n"
".card > span { font-size: 8pt; color: #444; }\n"
"table { width: 100%; border-collapse: collapse; font-size: 8pt; line-height: 1.3; break-inside: avoid; }\n"
"#pairs, #inside { break-inside: auto; }\n"
"thead { display: table-header-group; }\n"
"tfoot { display: table-row-group; font-weight: bold; }\n"
"tr { break-inside: avoid; }\n"
"th { background: #1f4e79; color: #fff; font-weight: bold; text-align: left; padding: 1mm 1.5mm; vertical-align: bottom; }\n"
"th .en { display: block; color: #d7e3f0; }\n"
"td { padding: .7mm 1.5mm; border-bottom: .15mm solid #ccd5de; }\n"
"tbody tr:nth-child(even) td { background: #f6f8fb; }\n"
"tfoot td { border-top: .4mm solid #1f4e79; border-bottom: .4mm solid #1f4e79; background: #eaf0f6; break-before: avoid; }\n"
".figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }\n"
"td.zero { color: #999; }\n"
"td.party { white-space: nowrap; }\n"
"td .code { color: #777; font-variant-numeric: tabular-nums; margin-right: .3em; }\n"
"td.empty { text-align: center; color: #777; }\n"
".defs { position: absolute; width: 0; height: 0; }\n"
"figure { margin: 2mm 0; break-inside: avoid; }\n"
"figure svg { display: block; width: 100%; height: auto; font-family: inherit; }\n"
"svg .minor { font-size: 7.6px; fill: #555; } svg .share { font-size: 9px; font-variant-numeric: tabular-nums; }\n"
".note { font-size: 8pt; color: #444; margin: 1.5mm 0; }\n"
".legend { break-inside: avoid; font-size: 8pt; }\n"
".legend dt { float: left; clear: left; width: 44mm; font-weight: bold; padding: .3mm 0; }\n"
".legend dd { margin: 0 0 0 46mm; padding: .3mm 0; }\n"
".none { color: #2e6da4; } .yellow { color: #8a6100; font-weight: bold; } .red { color: #b3201b; font-weight: bold; }\n"
".signatures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 6mm; margin-top: 10mm; break-inside: avoid; }\n"
".signatures div { border-bottom: .2mm solid #333; padding-bottom: 9mm; }\n"
"@media print { body { margin: 0; max-width: none; } }\n";

/*
 * Name a province.
 */
KwLabel
kw_province_label(RegionCode province)
{
	return province_labels[kw_province_index(province)];
}

/*
 * Write UTF-8 of our own: markup and labels.
 */
void
kw_html_utf8(StringInfo out, const char *utf8)
{
	const unsigned char *c = (const unsigned char *) utf8;

	if (GetDatabaseEncoding() == PG_UTF8)
	{
		appendStringInfoString(out, utf8);
		return;
	}
	while (*c != '\0')
	{
		int			len = pg_utf_mblen(c);

		if (len == 1)
			appendStringInfoChar(out, *c);
		else
			appendStringInfo(out, "&#%u;", utf8_to_unicode(c));
		c += len;
	}
}

/*
 * Write data: it must not become markup, in text or in an attribute, and
 * what no page may contain is shown as what it is.
 */
void
kw_html_data(StringInfo out, const char *data)
{
	char	   *utf8 = pg_server_to_any(data, strlen(data), PG_UTF8);
	StringInfoData escaped;

	initStringInfo(&escaped);
	for (const char *c = utf8; *c != '\0'; c++)
	{
		switch (*c)
		{
			case '&':
				appendStringInfoString(&escaped, "&amp;");
				break;
			case '<':
				appendStringInfoString(&escaped, "&lt;");
				break;
			case '>':
				appendStringInfoString(&escaped, "&gt;");
				break;
			case '"':
				appendStringInfoString(&escaped, "&quot;");
				break;
			case '\'':
				appendStringInfoString(&escaped, "&#39;");
				break;
			default:
				if ((unsigned char) *c < ' ' || *c == 0x7f)
					appendStringInfoString(&escaped, "&#xFFFD;");
				else
					appendStringInfoChar(&escaped, *c);
		}
	}
	kw_html_utf8(out, escaped.data);
	pfree(escaped.data);
	if (utf8 != data)
		pfree(utf8);
}

void
kw_html_label(StringInfo out, KwLabel label)
{
	kw_html_utf8(out, label.zh);
	appendStringInfo(out, " <span class=\"en\">%s</span>", label.en);
}

/*
 * Begin the page.  It may load nothing, and says so to the browser.
 */
void
kw_html_begin(StringInfo out, KwLabel title)
{
	appendStringInfoString(out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\"/>\n"
						   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
						   "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
	kw_html_utf8(out, title.zh);
	appendStringInfo(out, " %s</title>\n<style>\n%s</style>\n</head>\n<body>\n"
					 "<svg class=\"defs\" aria-hidden=\"true\"><defs><pattern id=\"own\" width=\"4\" height=\"4\""
					 " patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"4\" height=\"4\" fill=\"#eee\"/>"
					 "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"4\" stroke=\"#bbb\" stroke-width=\"1.5\"/></pattern></defs></svg>\n<h1>",
					 title.en, style);
	kw_html_label(out, title);
	appendStringInfoString(out, "</h1>\n");
}

void
kw_html_end(StringInfo out)
{
	appendStringInfoString(out, "</body>\n</html>\n");
}

void
kw_html_heading(StringInfo out, KwLabel label)
{
	appendStringInfoString(out, "<h2>");
	kw_html_label(out, label);
	appendStringInfoString(out, "</h2>\n");
}

void
kw_html_note(StringInfo out, KwLabel label)
{
	appendStringInfoString(out, "<p class=\"note\">");
	kw_html_label(out, label);
	appendStringInfoString(out, "</p>\n");
}

/*
 * Begin a table; rows follow, as <tr> and cells.
 */
void
kw_html_table_begin(StringInfo out, const char *id, const KwColumn *columns, int n)
{
	appendStringInfo(out, "<table id=\"%s\">\n<thead><tr>", id);
	for (int i = 0; i < n; i++)
	{
		appendStringInfo(out, "<th scope=\"col\"%s>", columns[i].figure ? " class=\"figure\"" : "");
		kw_html_label(out, columns[i].label);
		appendStringInfoString(out, "</th>");
	}
	appendStringInfoString(out, "</tr></thead>\n<tbody>\n");
}

/*
 * What follows are the table's totals.
 */
void
kw_html_totals(StringInfo out)
{
	appendStringInfoString(out, "</tbody>\n<tfoot>\n");
}

void
kw_html_table_end(StringInfo out)
{
	appendStringInfoString(out, "</tfoot>\n</table>\n");
}

void
kw_html_no_rows(StringInfo out, int n_columns)
{
	static const KwLabel none = {"无", "none"};

	appendStringInfo(out, "<tr><td class=\"empty\" colspan=\"%d\">", n_columns);
	kw_html_label(out, none);
	appendStringInfoString(out, "</td></tr>\n");
}

void
kw_html_province_cell(StringInfo out, RegionCode province)
{
	appendStringInfo(out, "<td class=\"party\"><span class=\"code\">%06d</span> ", province);
	kw_html_label(out, kw_province_label(province));
	appendStringInfoString(out, "</td>");
}

/*
 * Write a region by the name that the site gave it; by its code if it has none.
 */
void
kw_html_region_cell(StringInfo out, RegionCode region, const char *name)
{
	appendStringInfo(out, "<td><span class=\"code\">%06d</span> ", region);
	if (name != NULL)
		kw_html_data(out, name);
	appendStringInfoString(out, "</td>");
}

void
kw_html_label_cell(StringInfo out, KwLabel label)
{
	appendStringInfoString(out, "<td>");
	kw_html_label(out, label);
	appendStringInfoString(out, "</td>");
}

/*
 * Write digits, with what comes before and behind them, in groups of three.
 */
static void
put_grouped(StringInfo out, const char *number)
{
	int			digits;

	if (*number == '-')
		appendStringInfoChar(out, *number++);
	digits = strspn(number, "0123456789");
	for (int i = 0; i < digits; i++)
	{
		if (i > 0 && (digits - i) % 3 == 0)
			appendStringInfoChar(out, ',');
		appendStringInfoChar(out, number[i]);
	}
	appendStringInfoString(out, number + digits);
}

void
kw_html_amount(StringInfo out, WalletAmount amount)
{
	char		text[KW_AMOUNT_BUFSIZE];

	kw_amount_print(amount, text);
	put_grouped(out, text);
}

void
kw_html_count_cell(StringInfo out, int64 count)
{
	char		text[KW_AMOUNT_BUFSIZE];

	snprintf(text, sizeof(text), INT64_FORMAT, count);
	appendStringInfo(out, "<td class=\"figure%s\">", count == 0 ? " zero" : "");
	put_grouped(out, text);
	appendStringInfoString(out, "</td>");
}

void
kw_html_amount_cell(StringInfo out, WalletAmount amount)
{
	appendStringInfo(out, "<td class=\"figure%s\">", amount == 0 ? " zero" : "");
	kw_html_amount(out, amount);
	appendStringInfoString(out, "</td>");
}
