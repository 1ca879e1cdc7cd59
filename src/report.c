/*-------------------------------------------------------------------------
 *
 * report.c
 *	  A clearing officer's report of one month: the national one, or one
 *	  province's with its regions.  One page of HTML that needs nothing else.
 *
 * The same data give the same page, to the byte: nothing of the session or of
 * the moment is in it.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"

#include "args.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "plans.h"
#include "region_code.h"
#include "report_data.h"
#include "report_html.h"
#include "wallet_amount.h"

static const KwColumn pair_columns[] = {
	{{"付款省", "payer"}, false},
	{{"收款省", "payee"}, false},
	{{"人次", "person-times"}, true}, {{"明细", "lines"}, true},
	{{"发生额", "gross"}, true}, {{"冲销额", "reversed"}, true},
	{{"应付", "due"}, true}, {{"调整应收", "adjustment"}, true}
};

static KwLabel
state_label(const char *state)
{
	static const struct
	{
		const char *state;
		const char *zh;
	}			states[] = {
		{"split", "已清分"}, {"confirmed", "已确认"}, {"noticed", "已通知"}, {"paid", "已付款"}, {"closed", "已关闭"}
	};
	KwLabel		label = {state, state};

	for (int i = 0; i < (int) lengthof(states); i++)
		if (strcmp(state, states[i].state) == 0)
			label.zh = states[i].zh;
	return label;
}

static void
meta(StringInfo out, KwLabel label, const char *a, const char *b)
{
	appendStringInfoString(out, "<div>");
	kw_html_label(out, label);
	appendStringInfoString(out, ": ");
	kw_html_data(out, a != NULL ? a : "");
	if (b != NULL)
	{
		appendStringInfoString(out, " / ");
		kw_html_data(out, b);
	}
	appendStringInfoString(out, "</div>\n");
}

static void
put_head(StringInfo out, const KwReport *report)
{
	static const KwLabel title = {"职工医保个人账户跨省共济清算月报",
	"Monthly clearing report: cross-province mutual aid"};
	KwLabel		state = state_label(report->state);
	int			year = kw_year_of(report->month);
	int			month = atoi(kw_month_text(report->month) + strlen("2026-"));

	kw_html_begin(out, title);
	appendStringInfo(out, "<p class=\"subtitle\">%d", year);
	kw_html_utf8(out, "年");
	appendStringInfo(out, "%d", month);
	kw_html_utf8(out, "月");
	appendStringInfo(out, " %s", kw_month_text(report->month));
	kw_html_utf8(out, " · ");
	if (report->province == 0)
		kw_html_label(out, (KwLabel) {"全国", "national table"});
	else
	{
		appendStringInfo(out, "%06d ", report->province);
		kw_html_label(out, kw_province_label(report->province));
	}
	appendStringInfoString(out, "</p>\n<div class=\"meta\">\n<div id=\"state\">");
	kw_html_label(out, (KwLabel) {"状态", "state"});
	appendStringInfoString(out, ": ");
	kw_html_label(out, state);
	appendStringInfoString(out, "</div>\n<div>");
	kw_html_label(out, (KwLabel) {"金额单位：元", "amounts in yuan (CNY)"});
	appendStringInfoString(out, "</div>\n");
	meta(out, (KwLabel) {"截止", "cut off"}, report->facts[0], report->facts[1]);
	meta(out, (KwLabel) {"清分", "split"}, report->facts[2], report->facts[3]);
	if (report->seal != NULL)
	{
		/* whoever keeps the page can show later what was sealed (EDGE-92) */
		appendStringInfoString(out, "<div id=\"seal\">");
		kw_html_label(out, (KwLabel) {"封账摘要", "seal of the month's facts"});
		appendStringInfo(out, ": %.16s <small>%s</small></div>\n", report->seal, report->seal);
	}
	appendStringInfoString(out, "</div>\n");
}

static void
card_begin(StringInfo out, const char *id)
{
	appendStringInfo(out, "<div class=\"card\" id=\"%s\"><b>", id);
}

static void
card_end(StringInfo out, KwLabel label)
{
	appendStringInfoString(out, "</b><span>");
	kw_html_label(out, label);
	appendStringInfoString(out, "</span></div>\n");
}

/*
 * Sum the pairs on one side of the province; all of them for the nation.
 */
static KwSums
side_total(const KwReport *report, bool pays)
{
	KwSums		total = {0};

	for (int i = 0; i < report->n_pairs; i++)
		if (report->province == 0 ||
			report->province == (pays ? report->pairs[i].payer : report->pairs[i].payee))
			kw_add_sums(&total, &report->pairs[i].sums);
	return total;
}

static void
put_cards(StringInfo out, const KwReport *report)
{
	KwSums		pays = side_total(report, true);
	KwSums		receives = side_total(report, false);
	int			yellow = 0;
	int			red = 0;

	for (int i = 0; i < report->n_bars; i++)
	{
		yellow += strcmp(report->bars[i].alarm, "yellow") == 0;
		red += strcmp(report->bars[i].alarm, "red") == 0;
	}
	appendStringInfoString(out, "<div class=\"cards\">\n");
	card_begin(out, "card-due");
	kw_html_amount(out, pays.due);
	card_end(out, report->province == 0 ? (KwLabel) {"应付总额", "total due"} : (KwLabel) {"本省应付", "payable"});
	if (report->province == 0)
	{
		card_begin(out, "card-adjustment");
		kw_html_amount(out, pays.adjustment);
		card_end(out, (KwLabel) {"调整应收总额", "total adjustment"});
	}
	else
	{
		card_begin(out, "card-receivable");
		kw_html_amount(out, receives.due);
		card_end(out, (KwLabel) {"本省应收", "receivable"});
	}
	card_begin(out, "card-pairs");
	appendStringInfo(out, "%d", report->n_pairs);
	card_end(out, (KwLabel) {"省际清分对", "pairs of provinces"});
	card_begin(out, "card-alarms");
	appendStringInfo(out, "<span class=\"yellow\">%d</span> / <span class=\"red\">%d</span>", yellow, red);
	card_end(out, (KwLabel) {"黄色 / 红色预警", "yellow / red alarms"});
	appendStringInfoString(out, "</div>\n");
}

static void
sums_cells(StringInfo out, const KwSums *sums)
{
	kw_html_count_cell(out, sums->person_times);
	kw_html_count_cell(out, sums->items);
	kw_html_amount_cell(out, sums->gross);
	kw_html_amount_cell(out, sums->reversed);
	kw_html_amount_cell(out, sums->due);
	kw_html_amount_cell(out, sums->adjustment);
}

static void
totals_row(StringInfo out, int skip, const KwSums *total)
{
	kw_html_totals(out);
	appendStringInfo(out, "<tr><td colspan=\"%d\">", skip);
	kw_html_label(out, (KwLabel) {"合计", "total"});
	appendStringInfoString(out, "</td>");
	sums_cells(out, total);
	appendStringInfoString(out, "</tr>\n");
	kw_html_table_end(out);
}

/*
 * Write pairs of provinces: all, or those that have the report's province on
 * one side; that side goes without saying.
 */
static void
put_pairs(StringInfo out, const KwReport *report, const char *id, bool pays)
{
	KwSums		total = side_total(report, pays);
	KwColumn	columns[lengthof(pair_columns)];
	int			parties = 2;
	int			n = 0;

	memcpy(columns, pair_columns, sizeof(columns));
	if (report->province != 0)
	{
		/* of the two parties, keep the other one */
		if (!pays)
			columns[1] = columns[0];
		parties = 1;
	}
	kw_html_table_begin(out, id, &columns[2 - parties], lengthof(columns) - 2 + parties);
	for (int i = 0; i < report->n_pairs; i++)
	{
		const KwReportPair *pair = &report->pairs[i];

		if (report->province != 0 && report->province != (pays ? pair->payer : pair->payee))
			continue;
		appendStringInfo(out, "<tr data-payer=\"%06d\" data-payee=\"%06d\">", pair->payer, pair->payee);
		if (report->province != pair->payer)
			kw_html_province_cell(out, pair->payer);
		if (report->province != pair->payee)
			kw_html_province_cell(out, pair->payee);
		sums_cells(out, &pair->sums);
		appendStringInfoString(out, "</tr>\n");
		n++;
	}
	if (n == 0)
		kw_html_no_rows(out, lengthof(columns) - 2 + parties);
	totals_row(out, parties, &total);
}

/* what a province or region has to pay and to receive */
typedef struct Position
{
	KwSums		pays;
	KwSums		receives;
} Position;

/*
 * Write the four amounts of a position and, for information, its balance.
 */
static void
position_cells(StringInfo out, const Position *position)
{
	WalletAmount in = kw_amount_add(position->receives.due, position->pays.adjustment);
	WalletAmount paid = kw_amount_add(position->pays.due, position->receives.adjustment);

	kw_html_amount_cell(out, position->pays.due);
	kw_html_amount_cell(out, position->receives.adjustment);
	kw_html_amount_cell(out, position->receives.due);
	kw_html_amount_cell(out, position->pays.adjustment);
	kw_html_amount_cell(out, kw_amount_sub(in, paid));
}

static void
put_provinces(StringInfo out, const KwReport *report)
{
	static const KwColumn columns[] = {
		{{"省份", "province"}, false},
		{{"应付", "payable"}, true}, {{"调整应付", "adjustment payable"}, true},
		{{"应收", "receivable"}, true}, {{"调整应收", "adjustment receivable"}, true},
		{{"净额（仅供参考）", "net, for information"}, true}
	};
	Position	positions[KW_N_PROVINCES] = {0};
	Position	total = {0};

	for (int i = 0; i < report->n_pairs; i++)
	{
		const KwReportPair *pair = &report->pairs[i];

		kw_add_sums(&positions[kw_province_index(pair->payer)].pays, &pair->sums);
		kw_add_sums(&positions[kw_province_index(pair->payee)].receives, &pair->sums);
		kw_add_sums(&total.pays, &pair->sums);
		kw_add_sums(&total.receives, &pair->sums);
	}
	kw_html_heading(out, (KwLabel) {"各省应付应收汇总", "Payable and receivable by province"});
	kw_html_table_begin(out, "provinces", columns, lengthof(columns));
	for (int i = 0; i < KW_N_PROVINCES; i++)
	{
		RegionCode	province = kw_province_prefix[i] * KW_REGION_PER_PROVINCE;

		appendStringInfo(out, "<tr data-province=\"%06d\">", province);
		kw_html_province_cell(out, province);
		position_cells(out, &positions[i]);
		appendStringInfoString(out, "</tr>\n");
	}
	kw_html_totals(out);
	appendStringInfoString(out, "<tr>");
	kw_html_label_cell(out, (KwLabel) {"合计", "total"});
	position_cells(out, &total);
	appendStringInfoString(out, "</tr>\n");
	kw_html_table_end(out);
	kw_html_note(out, (KwLabel) {"按月全额清算，应付与应收不轧差；净额仅供参考。",
			"Cleared gross, in full: payables and receivables are not netted. The net amount is information only."});
}

static void
put_national_map(StringInfo out, const KwReport *report)
{
	KwAxis		axis[KW_N_PROVINCES] = {0};
	WalletAmount *due = palloc0(KW_N_PROVINCES * KW_N_PROVINCES * sizeof(WalletAmount));
	WalletAmount *adjustment = palloc0(KW_N_PROVINCES * KW_N_PROVINCES * sizeof(WalletAmount));
	KwHeatMap	map = {KW_N_PROVINCES, KW_N_PROVINCES, axis, axis, due, adjustment, false};

	for (int i = 0; i < KW_N_PROVINCES; i++)
	{
		axis[i].code = kw_province_prefix[i] * KW_REGION_PER_PROVINCE;
		axis[i].label = kw_province_label(axis[i].code);
	}
	for (int i = 0; i < report->n_pairs; i++)
	{
		const KwReportPair *pair = &report->pairs[i];
		int			cell = kw_province_index(pair->payer) * KW_N_PROVINCES + kw_province_index(pair->payee);

		due[cell] = pair->sums.due;
		adjustment[cell] = pair->sums.adjustment;
	}
	kw_html_heading(out, (KwLabel) {"省际资金流向", "Flows between the provinces"});
	kw_svg_heat_map(out, &map);
}

/*
 * Draw the regions of a province against the other provinces.
 */
static void
put_region_map(StringInfo out, const KwReport *report, bool pays)
{
	KwAxis		columns[KW_N_PROVINCES] = {0};
	KwAxis	   *rows = palloc0(Max(report->n_regions, 1) * sizeof(KwAxis));
	Size		cells = Max(report->n_regions, 1) * KW_N_PROVINCES;
	WalletAmount *due = palloc0(cells * sizeof(WalletAmount));
	WalletAmount *adjustment = palloc0(cells * sizeof(WalletAmount));
	KwHeatMap	map = {report->n_regions, KW_N_PROVINCES, rows, columns, due, adjustment, !pays};

	for (int i = 0; i < KW_N_PROVINCES; i++)
	{
		columns[i].code = kw_province_prefix[i] * KW_REGION_PER_PROVINCE;
		columns[i].label = kw_province_label(columns[i].code);
	}
	for (int r = 0; r < report->n_regions; r++)
	{
		const KwReportRegion *region = &report->regions[r];

		rows[r].code = region->code;
		rows[r].name = region->name;
		for (int i = 0; i < KW_N_PROVINCES; i++)
		{
			const KwSums *sums = pays ? &region->pays[i] : &region->receives[i];

			if (columns[i].code == report->province)
				continue;
			due[r * KW_N_PROVINCES + i] = sums->due;
			adjustment[r * KW_N_PROVINCES + i] = sums->adjustment;
		}
	}
	kw_svg_heat_map(out, &map);
}

/*
 * Write what each region pays up to the province and gets passed down.
 */
static void
put_regions(StringInfo out, const KwReport *report)
{
	static const KwColumn columns[] = {
		{{"统筹地区", "region"}, false},
		{{"上解（应付）", "pays up"}, true}, {{"调整上解", "adjustment to pay"}, true},
		{{"下拨（应收）", "passed down"}, true}, {{"调整下拨", "adjustment to receive"}, true},
		{{"净额（仅供参考）", "net, for information"}, true}
	};
	Position	total = {0};

	kw_html_heading(out, (KwLabel) {"各统筹地区上解下拨", "Regions: paying up and passing down"});
	kw_html_table_begin(out, "regions", columns, lengthof(columns));
	for (int r = 0; r < report->n_regions; r++)
	{
		const KwReportRegion *region = &report->regions[r];
		Position	position = {0};

		for (int i = 0; i < KW_N_PROVINCES; i++)
		{
			if (i == kw_province_index(report->province))
				continue;
			kw_add_sums(&position.pays, &region->pays[i]);
			kw_add_sums(&position.receives, &region->receives[i]);
		}
		kw_add_sums(&total.pays, &position.pays);
		kw_add_sums(&total.receives, &position.receives);
		appendStringInfo(out, "<tr data-region=\"%06d\">", region->code);
		kw_html_region_cell(out, region->code, region->name);
		position_cells(out, &position);
		appendStringInfoString(out, "</tr>\n");
	}
	kw_html_totals(out);
	appendStringInfoString(out, "<tr>");
	kw_html_label_cell(out, (KwLabel) {"合计", "total"});
	position_cells(out, &total);
	appendStringInfoString(out, "</tr>\n");
	kw_html_table_end(out);
	kw_html_note(out, (KwLabel) {"地区对之间各自计算调整，合计的应付与调整可与省际表不同，但二者之差相等。",
			"Adjustments stand at each level: due and adjustment of the regions may both be larger than the province's, their difference is the same."});
}

/*
 * Write the pairs of regions that the province clears alone.
 */
static void
put_inside(StringInfo out, const KwReport *report)
{
	static const KwColumn columns[] = {
		{{"付款地区", "payer"}, false}, {{"收款地区", "payee"}, false},
		{{"人次", "person-times"}, true}, {{"明细", "lines"}, true},
		{{"发生额", "gross"}, true}, {{"冲销额", "reversed"}, true},
		{{"应付", "due"}, true}, {{"调整应收", "adjustment"}, true}
	};
	KwSums		total = {0};

	kw_html_heading(out, (KwLabel) {"省内地区间清算", "Between regions of the province"});
	kw_html_table_begin(out, "inside", columns, lengthof(columns));
	for (int i = 0; i < report->n_inside; i++)
	{
		const KwReportPair *pair = &report->inside[i];

		kw_add_sums(&total, &pair->sums);
		appendStringInfo(out, "<tr data-payer=\"%06d\" data-payee=\"%06d\">", pair->payer, pair->payee);
		kw_html_region_cell(out, pair->payer, kw_report_region(report, pair->payer)->name);
		kw_html_region_cell(out, pair->payee, kw_report_region(report, pair->payee)->name);
		sums_cells(out, &pair->sums);
		appendStringInfoString(out, "</tr>\n");
	}
	if (report->n_inside == 0)
		kw_html_no_rows(out, lengthof(columns));
	totals_row(out, 2, &total);
}

static void
put_prepayment(StringInfo out, const KwReport *report)
{
	kw_html_heading(out, report->province == 0 ?
					(KwLabel) {"预付金使用率（按收款省）", "Usage of prepayments, by payee"} :
					(KwLabel) {"各省在本省预付金使用率", "Usage of the prepayments held here, by payer"});
	if (report->n_bars == 0)
	{
		kw_html_note(out, (KwLabel) {"无预付金，亦无应付。", "No prepayment and nothing due."});
		return;
	}
	kw_svg_bars(out, report->bars, report->n_bars, report->yellow_percent, report->red_percent);
	appendStringInfoString(out, "<p class=\"note\">");
	kw_html_utf8(out, "使用率＝本月应付÷预付金，百分数截尾不进位；");
	appendStringInfo(out, "%d%% ", report->yellow_percent);
	kw_html_utf8(out, "起黄色、");
	appendStringInfo(out, "%d%% ", report->red_percent);
	kw_html_utf8(out, "起红色预警；无预付金而有应付者为红色。");
	appendStringInfo(out, " <span class=\"en\">Usage is the month's due over the prepayment, cut off and not rounded. Yellow from %d%%, red from %d%%;"
					 " red where something is due and nothing prepaid.</span></p>\n",
					 report->yellow_percent, report->red_percent);
}

static void
put_foot(StringInfo out)
{
	static const struct
	{
		KwLabel		term;
		KwLabel		meaning;
	}			legend[] = {
		{{"人次", "person-times"}, {"使用共济资金的消费笔数", "spendings that mutual aid paid for"}},
		{{"明细", "lines"}, {"共济支付与冲销的明细数", "draws and restores"}},
		{{"发生额", "gross"}, {"本月共济支付", "what mutual aid paid in the month"}},
		{{"冲销额", "reversed"}, {"本月退费，含以前月份发生者", "refunds of the month, of earlier months' costs too"}},
		{{"应付", "due"}, {"发生额减冲销额，不小于零", "gross less reversed, zero at least"}},
		{{"调整应收", "adjustment"}, {"冲销额超过发生额之差，由收款方退付款方", "what reversed exceeds gross by: the payee pays it back to the payer"}}
	};
	static const KwLabel signatures[] = {
		{"制表", "prepared by"}, {"复核", "checked by"}, {"负责人", "approved by"}, {"日期", "date"}
	};

	kw_html_heading(out, (KwLabel) {"说明", "Legend"});
	appendStringInfoString(out, "<dl class=\"legend\">\n");
	for (int i = 0; i < (int) lengthof(legend); i++)
	{
		appendStringInfoString(out, "<dt>");
		kw_html_label(out, legend[i].term);
		appendStringInfoString(out, "</dt><dd>");
		kw_html_label(out, legend[i].meaning);
		appendStringInfoString(out, "</dd>\n");
	}
	appendStringInfoString(out, "</dl>\n<div class=\"signatures\">\n");
	for (int i = 0; i < (int) lengthof(signatures); i++)
	{
		appendStringInfoString(out, "<div>");
		kw_html_label(out, signatures[i]);
		appendStringInfoString(out, "</div>\n");
	}
	appendStringInfoString(out, "</div>\n");
	kw_html_end(out);
}

static void
put_national(StringInfo out, const KwReport *report)
{
	put_national_map(out, report);
	put_prepayment(out, report);
	put_provinces(out, report);
	kw_html_heading(out, (KwLabel) {"省际清算明细", "Pairs of provinces"});
	put_pairs(out, report, "pairs", true);
}

static void
put_province(StringInfo out, const KwReport *report)
{
	put_regions(out, report);
	kw_html_heading(out, (KwLabel) {"应付外省", "Payable to other provinces"});
	put_pairs(out, report, "payable", true);
	kw_html_heading(out, (KwLabel) {"应收外省", "Receivable from other provinces"});
	put_pairs(out, report, "receivable", false);
	put_inside(out, report);
	put_prepayment(out, report);
	kw_html_heading(out, (KwLabel) {"本省各地区应付外省流向", "Flows from the regions to other provinces"});
	put_region_map(out, report, true);
	kw_html_heading(out, (KwLabel) {"外省应付本省各地区流向", "Flows from other provinces to the regions"});
	put_region_map(out, report, false);
}

/*
 * clearing_report(month date, province region_code DEFAULT NULL) -> text
 */
KW_PUBLIC(clearing_report)
{
	DateADT		month;
	RegionCode	province = 0;
	KwReport	report;
	StringInfoData page;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month", NULL);
	month = kw_month_arg(PG_GETARG_DATUM(0));
	if (!PG_ARGISNULL(1))
		province = kw_province_arg(PG_GETARG_DATUM(1));

	/* in the caller's memory, which outlives SPI's */
	initStringInfo(&page);
	kw_spi_begin(&spi);
	kw_load_report(&report, month, province);
	put_head(&page, &report);
	put_cards(&page, &report);
	if (report.province == 0)
		put_national(&page, &report);
	else
		put_province(&page, &report);
	put_foot(&page);
	kw_spi_end(&spi);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(page.data, page.len));
}
