/*-------------------------------------------------------------------------
 *
 * version.c
 *	  Library, SQL objects and ledger are of one version, or say so.
 *
 * The library's version is that of the control file it was built with, the
 * SQL objects' stands in pg_extension, the ledger's in its only row.  They
 * come apart between the steps of an upgrade, and where one was forgotten.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "version.h"

/*
 * Compare versions X.Y.  What has another form equals nothing and counts as
 * older.
 */
static int
compare_versions(const char *a, const char *b)
{
	int			major[2] = {-1, -1};
	int			minor[2] = {-1, -1};

	if (strcmp(a, b) == 0)
		return 0;
	(void) sscanf(a, "%d.%d", &major[0], &minor[0]);
	(void) sscanf(b, "%d.%d", &major[1], &minor[1]);
	if (major[0] != major[1])
		return major[0] < major[1] ? -1 : 1;
	return minor[0] <= minor[1] ? -1 : 1;
}

/*
 * Read the version of the extension's SQL objects; NULL where there is no
 * extension.
 */
static char *
extension_version(void)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	char	   *version = NULL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum("kinwallet"));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_extension_extversion,
										 RelationGetDescr(rel), &isnull);

		if (!isnull)
			version = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return version;
}

/*
 * Refuse to work where the versions come apart, and say what brings them
 * together.  Called whenever the cache of the ledger's tables is filled.
 */
void
kw_require_versions(const char *ledger)
{
	char	   *extension = extension_version();
	int			order;

	if (extension == NULL)
		return;
	order = compare_versions(KW_VERSION, extension);
	if (order != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("kinwallet's library has version %s, its SQL objects have version %s",
						KW_VERSION, extension),
				 order > 0 ? errhint("Run ALTER EXTENSION kinwallet UPDATE.") :
				 errhint("Install kinwallet %s on the server, and connect again.", extension)));
	order = compare_versions(ledger, extension);
	if (order != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the ledger has version %s, kinwallet has version %s", ledger, extension),
				 order < 0 ? errhint("Call kinwallet.upgrade_ledger() as the ledger's owner.") :
				 errhint("Install kinwallet %s, and run ALTER EXTENSION kinwallet UPDATE.", ledger)));
}

PG_FUNCTION_INFO_V1(kw_library_version);
Datum
kw_library_version(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(KW_VERSION));
}
