/*-------------------------------------------------------------------------
 *
 * catalog_tables.h
 *	  What create_ledger() and ensure_partitions() made, as catalog.c expects
 *	  to find it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CATALOG_TABLES_H
#define KW_CATALOG_TABLES_H

#include "compat.h"

#include "catalog.h"

/* a column's type: one of ours as kw_own_type(), or an OID */
#define kw_own_type(t)	(-1 - (t))

typedef struct KwColumnSpec
{
	const char *name;
	int64		type;
} KwColumnSpec;

#define KW_MAX_KEY_COLUMNS 4

/*
 * An index that look-ups go through: its columns, -1 ends the list.  What
 * makes it partial counts, too: a site may have another one on the same
 * columns.
 */
typedef struct KwIndexSpec
{
	bool		used;
	bool		unique;
	const char *states;			/* "state IN (these)"; NULL: not partial */
	int			columns[KW_MAX_KEY_COLUMNS];
} KwIndexSpec;

/*
 * What create_ledger() made: a table that differs is not plain.  checks
 * names its CHECK constraints, each between blanks.
 */
typedef struct KwTableSpec
{
	const char *name;
	const KwColumnSpec *columns;
	int			n_columns;
	int			n_indexes;
	const char *checks;
	KwIndexSpec	index[KW_N_INDEXES];
} KwTableSpec;

extern const KwTableSpec kw_table_specs[KW_N_TABLES];

#endif							/* KW_CATALOG_TABLES_H */
