/*-------------------------------------------------------------------------
 *
 * report_html.h
 *	  The parts that the clearing report is made of: text, tables, drawings.
 *
 * Everything is written in well-formed markup that needs nothing else to be
 * read.  Labels are ours and in UTF-8; data comes in the server's encoding
 * and is escaped here, and nowhere else.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_REPORT_HTML_H
#define KW_REPORT_HTML_H

#include "compat.h"

#include "lib/stringinfo.h"

#include "region_code.h"
#include "wallet_amount.h"

/* what a reader of Chinese and a reader of English sees */
typedef struct KwLabel
{
	const char *zh;
	const char *en;
} KwLabel;

/* a column of a table; figures are aligned to the right */
typedef struct KwColumn
{
	KwLabel		label;
	bool		figure;
} KwColumn;

/* a row or column of a heat map */
typedef struct KwAxis
{
	RegionCode	code;
	KwLabel		label;			/* of a province, else NULL */
	const char *name;			/* data: of a region, else NULL */
} KwAxis;

typedef struct KwHeatMap
{
	int			n_rows;
	int			n_columns;
	const KwAxis *rows;
	const KwAxis *columns;
	const WalletAmount *due;	/* by row, then column */
	const WalletAmount *adjustment;
	bool		rows_receive;	/* else the rows pay */
} KwHeatMap;

typedef struct KwBar
{
	KwLabel		label;
	bool		total;			/* of the bars above it */
	WalletAmount used;
	WalletAmount prepayment;
	const char *alarm;			/* none, yellow, red */
} KwBar;

extern KwLabel kw_province_label(RegionCode province);

extern void kw_html_begin(StringInfo out, KwLabel title);
extern void kw_html_end(StringInfo out);
extern void kw_html_label(StringInfo out, KwLabel label);
extern void kw_html_utf8(StringInfo out, const char *utf8);
extern void kw_html_data(StringInfo out, const char *data);
extern void kw_html_heading(StringInfo out, KwLabel label);
extern void kw_html_note(StringInfo out, KwLabel label);

extern void kw_html_table_begin(StringInfo out, const char *id, const KwColumn *columns, int n);
extern void kw_html_totals(StringInfo out);
extern void kw_html_table_end(StringInfo out);
extern void kw_html_no_rows(StringInfo out, int n_columns);
extern void kw_html_province_cell(StringInfo out, RegionCode province);
extern void kw_html_region_cell(StringInfo out, RegionCode region, const char *name);
extern void kw_html_label_cell(StringInfo out, KwLabel label);
extern void kw_html_count_cell(StringInfo out, int64 count);
extern void kw_html_amount_cell(StringInfo out, WalletAmount amount);
extern void kw_html_amount(StringInfo out, WalletAmount amount);

extern void kw_svg_heat_map(StringInfo out, const KwHeatMap *map);
extern void kw_svg_bars(StringInfo out, const KwBar *bars, int n, int yellow_percent, int red_percent);
extern KwLabel kw_alarm_label(const char *alarm);

#endif							/* KW_REPORT_HTML_H */
