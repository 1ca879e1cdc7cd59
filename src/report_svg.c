/*-------------------------------------------------------------------------
 *
 * report_svg.c
 *	  Drawings of the clearing report, as inline SVG.
 *
 * Sizes are in units of the drawing; the page scales it to its width.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "mb/pg_wchar.h"

#include "report_html.h"

/*
 * Heat map.  One shade for each power of ten yuan, the same in every month,
 * so that two reports can be laid side by side.
 */
#define CELL			17
#define MAP_LEFT		128
#define MAP_TOP			112
#define ZH_SIZE			9.5
#define N_SHADES		7

typedef struct Shade
{
	WalletAmount below;			/* fen */
	const char *color;
	KwLabel		label;
} Shade;

static const Shade shades[N_SHADES] = {
	{INT64CONST(100000), "#e3eef9", {"＜1千", "under 1 thousand"}},
	{INT64CONST(1000000), "#c3daee", {"＜1万", "under 10 thousand"}},
	{INT64CONST(10000000), "#94c1e0", {"＜10万", "under 100 thousand"}},
	{INT64CONST(100000000), "#5aa0d0", {"＜100万", "under 1 million"}},
	{INT64CONST(1000000000), "#2e7ebc", {"＜1000万", "under 10 million"}},
	{INT64CONST(10000000000), "#105ba4", {"＜1亿", "under 100 million"}},
	{PG_INT64_MAX, "#08306b", {"≥1亿", "100 million and up"}}
};

static const Shade *
shade_of(WalletAmount amount)
{
	const Shade *shade = shades;

	while (amount >= shade->below && shade < &shades[N_SHADES - 1])
		shade++;
	return shade;
}

/*
 * Write the names of a row or column, in one line.
 */
static void
axis_text(StringInfo out, const KwAxis *axis)
{
	if (axis->name != NULL)
		kw_html_data(out, axis->name);
	else if (axis->label.zh != NULL)
	{
		kw_html_utf8(out, axis->label.zh);
		appendStringInfo(out, " %s", axis->label.en);
	}
	else
		appendStringInfo(out, "%06d", axis->code);
}

/*
 * Head a column: Chinese upright, one character below the other, and English
 * along it.
 */
static void
column_head(StringInfo out, const KwAxis *axis, int x)
{
	const unsigned char *c = (const unsigned char *) axis->label.zh;
	int			n = 0;
	double		y;

	for (const unsigned char *p = c; *p != '\0'; p += pg_utf_mblen(p))
		n++;
	y = MAP_TOP - 4 - (n - 1) * (ZH_SIZE + 0.5);
	appendStringInfo(out, "<text class=\"minor\" transform=\"translate(%.1f %.1f) rotate(-90)\">%s</text>",
					 x + CELL / 2.0 + 3, y - ZH_SIZE - 3, axis->label.en);
	while (*c != '\0')
	{
		int			len = pg_utf_mblen(c);

		appendStringInfo(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x + CELL / 2.0, y);
		kw_html_utf8(out, pnstrdup((const char *) c, len));
		appendStringInfoString(out, "</text>");
		c += len;
		y += ZH_SIZE + 0.5;
	}
	appendStringInfoChar(out, '\n');
}

static void
heat_map_cell(StringInfo out, const KwHeatMap *map, int row, int column)
{
	WalletAmount due = map->due[row * map->n_columns + column];
	WalletAmount adjustment = map->adjustment[row * map->n_columns + column];
	int			x = MAP_LEFT + column * CELL;
	int			y = MAP_TOP + row * CELL;

	if (kw_region_province(map->rows[row].code) == map->columns[column].code)
	{
		appendStringInfo(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"url(#own)\"/>\n", x, y, CELL, CELL);
		return;
	}
	if (due == 0 && adjustment == 0)
		return;
	appendStringInfoString(out, "<g><title>");
	axis_text(out, &map->rows[row]);
	kw_html_utf8(out, map->rows_receive ? " ← " : " → ");
	axis_text(out, &map->columns[column]);
	appendStringInfoString(out, ": ");
	kw_html_amount(out, due);
	if (adjustment != 0)
	{
		kw_html_utf8(out, "; 调整 adjustment ");
		kw_html_amount(out, adjustment);
	}
	appendStringInfoString(out, "</title>");
	if (due > 0)
		appendStringInfo(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>",
						 x, y, CELL, CELL, shade_of(due)->color);
	if (adjustment > 0)
		appendStringInfo(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"#e07b00\" stroke=\"#fff\"/>",
						 x + CELL / 2.0, y + CELL / 2.0);
	appendStringInfoString(out, "</g>\n");
}

static void
heat_map_legend(StringInfo out, int y)
{
	int			x = 8;

	for (int i = 0; i < N_SHADES; i++)
	{
		appendStringInfo(out, "<rect x=\"%d\" y=\"%d\" width=\"13\" height=\"13\" fill=\"%s\" stroke=\"#9aa7b5\" stroke-width=\".5\"/>"
						 "<text x=\"%d\" y=\"%d\">", x, y, shades[i].color, x + 17, y + 7);
		kw_html_utf8(out, shades[i].label.zh);
		appendStringInfo(out, "</text><text class=\"minor\" x=\"%d\" y=\"%d\">%s</text>\n", x + 17, y + 17, shades[i].label.en);
		x += 95;
	}
	appendStringInfo(out, "<circle cx=\"14\" cy=\"%d\" r=\"3.5\" fill=\"#e07b00\" stroke=\"#fff\"/><text x=\"25\" y=\"%d\">",
					 y + 32, y + 35);
	kw_html_utf8(out, "调整应收（反方向支付） <tspan class=\"minor\">adjustment, paid in the opposite direction</tspan></text>");
	appendStringInfo(out, "<rect x=\"344\" y=\"%d\" width=\"13\" height=\"13\" fill=\"url(#own)\" stroke=\"#9aa7b5\" stroke-width=\".5\"/>"
					 "<text x=\"361\" y=\"%d\">", y + 25, y + 35);
	kw_html_utf8(out, "省内，不参加全国清分 <tspan class=\"minor\">within the province, no part of the national split</tspan></text>\n");
}

/*
 * Draw who owes whom: payers in rows, payees in columns.
 */
void
kw_svg_heat_map(StringInfo out, const KwHeatMap *map)
{
	int			width = map->n_columns * CELL;
	int			height = map->n_rows * CELL;

	appendStringInfo(out, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"%.1f\">\n",
					 MAP_LEFT + width + 2, MAP_TOP + height + 58, ZH_SIZE);
	for (int column = 0; column < map->n_columns; column++)
		column_head(out, &map->columns[column], MAP_LEFT + column * CELL);
	for (int row = 0; row < map->n_rows; row++)
	{
		appendStringInfo(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", MAP_LEFT - 5, MAP_TOP + row * CELL + 12.0);
		if (map->rows[row].name == NULL && map->rows[row].label.zh != NULL)
		{
			appendStringInfo(out, "<tspan class=\"minor\">%s </tspan>", map->rows[row].label.en);
			kw_html_utf8(out, map->rows[row].label.zh);
		}
		else
			axis_text(out, &map->rows[row]);
		appendStringInfoString(out, "</text>\n");
	}
	for (int row = 0; row < map->n_rows; row++)
		for (int column = 0; column < map->n_columns; column++)
			heat_map_cell(out, map, row, column);

	/* the grid, over the cells */
	appendStringInfoString(out, "<path fill=\"none\" stroke=\"#c3ccd6\" stroke-width=\".6\" d=\"");
	for (int row = 0; row <= map->n_rows; row++)
		appendStringInfo(out, "M%d %dh%d", MAP_LEFT, MAP_TOP + row * CELL, width);
	for (int column = 0; column <= map->n_columns; column++)
		appendStringInfo(out, "M%d %dv%d", MAP_LEFT + column * CELL, MAP_TOP, height);
	appendStringInfoString(out, "\"/>\n");
	kw_html_utf8(out, map->rows_receive ?
				 "<text class=\"minor\" x=\"4\" y=\"10\">纵：收款方 rows: payee</text>"
				 "<text class=\"minor\" x=\"4\" y=\"21\">横：付款方 columns: payer</text>\n" :
				 "<text class=\"minor\" x=\"4\" y=\"10\">纵：付款方 rows: payer</text>"
				 "<text class=\"minor\" x=\"4\" y=\"21\">横：收款方 columns: payee</text>\n");
	heat_map_legend(out, MAP_TOP + height + 10);
	appendStringInfoString(out, "</svg></figure>\n");
}

/*
 * Bars.  The track ends a little behind 100 per cent; what is beyond gets an
 * arrow.
 */
#define BAR_HEIGHT		17
#define BAR_LEFT		128
#define BAR_TRACK		270.0
#define BAR_TOP			24
#define BAR_MAX			1200	/* permille at the end of the track */
#define BAR_WIDTH		674

KwLabel
kw_alarm_label(const char *alarm)
{
	static const KwLabel none = {"正常", "no alarm"};
	static const KwLabel yellow = {"黄色预警", "yellow"};
	static const KwLabel red = {"红色预警", "red"};

	return strcmp(alarm, "red") == 0 ? red : strcmp(alarm, "yellow") == 0 ? yellow : none;
}

/*
 * Give the usage in permille, cut off and not rounded: it must not read like
 * a limit that was not reached.
 */
static int64
permille(WalletAmount used, WalletAmount prepayment)
{
	if (used <= PG_INT64_MAX / 1000)
		return used * 1000 / prepayment;
	return used / Max(prepayment / 1000, 1);
}

static double
bar_x(int64 per_mille)
{
	return BAR_LEFT + BAR_TRACK * Min(per_mille, BAR_MAX) / BAR_MAX;
}

static void
bar(StringInfo out, const KwBar *b, int y)
{
	const char *color = strcmp(b->alarm, "red") == 0 ? "#c62828" : strcmp(b->alarm, "yellow") == 0 ? "#e0a800" : "#2e7ebc";
	KwLabel		alarm = kw_alarm_label(b->alarm);
	/* something used of nothing is beyond every limit */
	int64		usage = b->prepayment > 0 ? permille(b->used, b->prepayment) : b->used > 0 ? BAR_MAX + 1 : 0;

	appendStringInfo(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\"%s><tspan class=\"minor\">%s </tspan>", BAR_LEFT - 5, y + 11,
					 b->total ? " font-weight=\"bold\"" : "", b->label.en);
	kw_html_utf8(out, b->label.zh);
	appendStringInfo(out, "</text><rect x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"11\" fill=\"#eef2f6\"/>"
					 "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"11\" fill=\"%s\"/>",
					 BAR_LEFT, y + 2, BAR_TRACK, BAR_LEFT, y + 2, bar_x(usage) - BAR_LEFT, color);
	if (usage > BAR_MAX)
		appendStringInfo(out, "<path d=\"M%.0f %dl6 5.5l-6 5.5z\" fill=\"%s\"/>", bar_x(usage), y + 2, color);
	appendStringInfo(out, "<text class=\"share\" x=\"448\" y=\"%d\" text-anchor=\"end\">", y + 11);
	if (b->prepayment > 0)
		appendStringInfo(out, INT64_FORMAT "." INT64_FORMAT "%%", usage / 10, usage % 10);
	else
		kw_html_utf8(out, "—");
	appendStringInfo(out, "</text><text class=\"%s\" x=\"453\" y=\"%d\" fill=\"%s\">", b->alarm, y + 11,
					 strcmp(b->alarm, "none") == 0 ? "#555" : strcmp(b->alarm, "red") == 0 ? color : "#8a6100");
	kw_html_utf8(out, alarm.zh);
	appendStringInfo(out, " <tspan class=\"minor\">%s</tspan></text><text class=\"share\" x=\"%d\" y=\"%d\" text-anchor=\"end\">",
					 alarm.en, BAR_WIDTH - 2, y + 11);
	kw_html_amount(out, b->used);
	appendStringInfoString(out, " / ");
	kw_html_amount(out, b->prepayment);
	appendStringInfoString(out, "</text>\n");
}

/*
 * Draw how much of each prepayment a month used.
 */
void
kw_svg_bars(StringInfo out, const KwBar *bars, int n, int yellow_percent, int red_percent)
{
	int			limits[] = {yellow_percent, red_percent, 100};
	const char *colors[] = {"#b58900", "#b3201b", "#555"};
	int			height = n * BAR_HEIGHT;

	appendStringInfo(out, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"%.1f\">\n",
					 BAR_WIDTH, BAR_TOP + height + 4, ZH_SIZE);
	for (int i = 0; i < n; i++)
		bar(out, &bars[i], BAR_TOP + i * BAR_HEIGHT);
	for (int i = 0; i < (int) lengthof(limits); i++)
		appendStringInfo(out, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-dasharray=\"3 2\"/>"
						 "<text class=\"minor\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d%%</text>\n",
						 bar_x(limits[i] * 10), BAR_TOP - 4, bar_x(limits[i] * 10), BAR_TOP + height, colors[i],
						 bar_x(limits[i] * 10), BAR_TOP - 8, limits[i]);
	kw_html_utf8(out, "<text class=\"minor\" x=\"4\" y=\"10\">使用率 usage</text>");
	appendStringInfo(out, "<text class=\"minor\" x=\"%d\" y=\"10\" text-anchor=\"end\">", BAR_WIDTH - 2);
	kw_html_utf8(out, "本月应付 / 预付金（元） month's due / prepayment (yuan)</text>\n</svg></figure>\n");
}
