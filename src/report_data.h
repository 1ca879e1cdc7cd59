/*-------------------------------------------------------------------------
 *
 * report_data.h
 *	  What the clearing report shows of a month.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_REPORT_DATA_H
#define KW_REPORT_DATA_H

#include "compat.h"

#include "utils/date.h"

#include "region_code.h"
#include "report_html.h"
#include "wallet_amount.h"

/* a sum of pairs, or one of them */
typedef struct KwSums
{
	int64		person_times;
	int64		items;
	WalletAmount gross;
	WalletAmount reversed;
	WalletAmount due;
	WalletAmount adjustment;
} KwSums;

typedef struct KwReportPair
{
	RegionCode	payer;
	RegionCode	payee;
	KwSums		sums;
} KwReportPair;

/* one region of the province, and what it pays and receives */
typedef struct KwReportRegion
{
	RegionCode	code;
	char	   *name;			/* NULL: not in the table of regions */
	KwSums		pays[KW_N_PROVINCES];	/* by the other province, own one included */
	KwSums		receives[KW_N_PROVINCES];
} KwReportRegion;

typedef struct KwReport
{
	DateADT		month;
	RegionCode	province;		/* 0: the nation's report */
	char	   *state;
	char	   *facts[4];		/* cut off at, by, split at, by */
	char	   *seal;			/* hexadecimal; NULL: none */
	int			n_pairs;
	KwReportPair *pairs;		/* between provinces; those of the province only */
	int			n_inside;
	KwReportPair *inside;		/* between regions of the province */
	int			n_regions;
	KwReportRegion *regions;
	int			n_bars;
	KwBar	   *bars;
	int			yellow_percent;
	int			red_percent;
} KwReport;

extern void kw_add_sums(KwSums *total, const KwSums *sums);

/*
 * Read what the report of a month and, unless it is 0, of a province shows.
 * Between kw_spi_begin() and kw_spi_end(); what it gives lives as long.
 */
extern void kw_load_report(KwReport *report, DateADT month, RegionCode province);

/* a region that the report has */
extern const KwReportRegion *kw_report_region(const KwReport *report, RegionCode code);

#endif							/* KW_REPORT_DATA_H */
