/*-------------------------------------------------------------------------
 *
 * report_data.c
 *	  Reads what the clearing report shows of a month.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "clearing_month.h"
#include "errors.h"
#include "plans.h"
#include "report_data.h"

/*
 * Add what one has to what all have.
 */
void
kw_add_sums(KwSums *total, const KwSums *sums)
{
	total->person_times += sums->person_times;
	total->items += sums->items;
	total->gross = kw_amount_add(total->gross, sums->gross);
	total->reversed = kw_amount_add(total->reversed, sums->reversed);
	total->due = kw_amount_add(total->due, sums->due);
	total->adjustment = kw_amount_add(total->adjustment, sums->adjustment);
}

/*
 * Read six columns of the last result.
 */
static void
read_sums(uint64 row, int column, KwSums *sums)
{
	sums->person_times = kw_spi_int64(row, column);
	sums->items = kw_spi_int64(row, column + 1);
	sums->gross = kw_spi_int64(row, column + 2);
	sums->reversed = kw_spi_int64(row, column + 3);
	sums->due = kw_spi_int64(row, column + 4);
	sums->adjustment = kw_spi_int64(row, column + 5);
}

/*
 * Read how far the month is, and since when.
 */
static void
load_month(KwReport *report)
{
	if (kw_spi(KW_PLAN_REPORT_MONTH, DateADTGetDatum(report->month)) == 0 ||
		strcmp(kw_spi_text(0, 1), "cut_off") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("month %s is not split", kw_month_text(report->month)),
				 errhint("Call kinwallet.split() first.")));
	report->state = kw_spi_text(0, 1);
	for (int i = 0; i < 4; i++)
		report->facts[i] = kw_spi_text(0, i + 2);
	report->seal = kw_spi_text(0, 6);
}

/*
 * Read the pairs of a level that concern the report.
 */
static int
load_pairs(KwReport *report, const char *level, bool intra_province, KwReportPair **pairs)
{
	uint64		n = kw_spi(KW_PLAN_PAIRS, DateADTGetDatum(report->month), CStringGetTextDatum(level),
						   BoolGetDatum(intra_province));
	int			kept = 0;

	*pairs = palloc(Max(n, 1) * sizeof(KwReportPair));
	for (uint64 row = 0; row < n; row++)
	{
		KwReportPair	   *pair = &(*pairs)[kept];

		pair->payer = kw_spi_int32(row, 1);
		pair->payee = kw_spi_int32(row, 2);
		read_sums(row, 3, &pair->sums);
		if (report->province == 0 || kw_region_province(pair->payer) == report->province ||
			kw_region_province(pair->payee) == report->province)
			kept++;
	}
	return kept;
}

const KwReportRegion *
kw_report_region(const KwReport *report, RegionCode code)
{
	for (int i = 0; i < report->n_regions; i++)
		if (report->regions[i].code == code)
			return &report->regions[i];
	elog(ERROR, "region %06d is not among those of the report", code);
	return NULL;
}

/*
 * Read the province's regions and their flows.  Pairs may have a region that
 * the table of regions has not: the plan gives both.
 */
static void
load_regions(KwReport *report)
{
	uint64		n = kw_spi(KW_PLAN_REPORT_REGIONS, DateADTGetDatum(report->month), RegionCodeGetDatum(report->province));

	report->n_regions = (int) n;
	report->regions = palloc_extended(Max(n, 1) * sizeof(KwReportRegion), MCXT_ALLOC_ZERO);
	for (uint64 row = 0; row < n; row++)
	{
		report->regions[row].code = kw_spi_int32(row, 1);
		report->regions[row].name = kw_spi_text(row, 2);
	}
	n = kw_spi(KW_PLAN_REPORT_FLOWS, DateADTGetDatum(report->month), RegionCodeGetDatum(report->province));
	for (uint64 row = 0; row < n; row++)
	{
		KwReportRegion *region = unconstify(KwReportRegion *, kw_report_region(report, kw_spi_int32(row, 1)));
		int			other = kw_province_index(kw_spi_int32(row, 2));

		read_sums(row, 4, kw_spi_bool(row, 3) ? &region->pays[other] : &region->receives[other]);
	}
}

/*
 * Read the bars: each payee's total; for a province, what the others have
 * prepaid to it, their total, and what it has prepaid to others.
 */
static void
load_bars(KwReport *report)
{
	uint64		n = kw_spi(KW_PLAN_REPORT_PREPAYMENT, DateADTGetDatum(report->month));

	report->bars = palloc0(Max(n, 1) * sizeof(KwBar));
	for (uint64 row = 0; row < n; row++)
	{
		KwBar	   *bar = &report->bars[report->n_bars];
		bool		total = kw_spi_isnull(row, 1);
		RegionCode	payer = total ? 0 : kw_spi_int32(row, 1);
		RegionCode	payee = kw_spi_int32(row, 2);

		if (report->province == 0 ? !total : payee != report->province)
			continue;
		bar->label = kw_province_label(total ? payee : payer);
		bar->total = total && report->province != 0;
		bar->prepayment = kw_spi_int64(row, 3);
		bar->used = kw_spi_int64(row, 4);
		bar->alarm = kw_spi_text(row, 5);
		if (bar->total)
			bar->label = (KwLabel) {"合计", "total"};
		if (bar->prepayment != 0 || bar->used != 0)
			report->n_bars++;
	}
	kw_spi_one(KW_PLAN_REPORT_PERCENT);
	report->yellow_percent = kw_spi_int32(0, 1);
	report->red_percent = kw_spi_int32(0, 2);
}

void
kw_load_report(KwReport *report, DateADT month, RegionCode province)
{
	memset(report, 0, sizeof(*report));
	report->month = month;
	report->province = province;
	load_month(report);
	report->n_pairs = load_pairs(report, "province", false, &report->pairs);
	load_bars(report);
	if (province != 0)
	{
		report->n_inside = load_pairs(report, "region", true, &report->inside);
		load_regions(report);
	}
}
