/*-------------------------------------------------------------------------
 *
 * policy.c
 *	  Reference data as the rules see it: policies, regions, providers.
 *
 * Owns one memory context under CacheMemoryContext for each filling: all
 * policies (sorted by scope and first day), all regions (sorted), and a hash
 * of the providers asked for so far.
 *
 * Filled by the first use after an invalidation, with the latest snapshot
 * and never the transaction's, which may be older than the invalidation.
 * Emptied by relcache invalidation of the three tables, which their row
 * triggers send.  Built aside and swapped last: a failed fill leaves the old
 * one marked invalid, and the next use fills again.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "storage/sinval.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "clock.h"
#include "errors.h"
#include "plans.h"
#include "policy.h"

/* more providers than that are asked for again: about 5 MiB a backend */
#define MAX_CACHED_PROVIDERS	65536

typedef struct RegionEntry
{
	RegionCode	region;
	DateADT		opened_on;
} RegionEntry;

typedef struct ReferenceCache
{
	MemoryContext cxt;
	int			n_policies;
	KwPolicy   *policies;
	int			n_regions;
	RegionEntry *regions;
	HTAB	   *providers;
} ReferenceCache;

static ReferenceCache *cache = NULL;
static bool cache_valid = false;
static uint64 invalidations = 0;
static Oid	policy_oid = InvalidOid;
static Oid	region_oid = InvalidOid;
static Oid	provider_oid = InvalidOid;

static void
invalidate(Datum arg, Oid relid)
{
	(void) arg;
	if (relid == InvalidOid || relid == policy_oid || relid == region_oid ||
		relid == provider_oid)
	{
		cache_valid = false;
		invalidations++;
	}
}

/*
 * Register the callback.  Called once, by _PG_init.
 */
void
kw_policy_init(void)
{
	CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
}

static const struct
{
	char		code;
	const char *name;
}			uses[] =
{
	{KW_USE_MEDICAL, "medical"},
	{KW_USE_DRUG, "drug"},
	{KW_USE_DEVICE, "device"},
	{KW_USE_CONSUMABLE, "consumable"},
	{KW_USE_RESIDENT_MEDICAL, "resident_medical"},
	{KW_USE_LONG_TERM_CARE, "long_term_care"},
};

/*
 * Give the stored code of a use's name, or '\0'.
 */
char
kw_use_code(const char *use)
{
	for (int i = 0; i < (int) lengthof(uses); i++)
		if (strcmp(uses[i].name, use) == 0)
			return uses[i].code;
	return '\0';
}

const char *
kw_use_name(char code)
{
	for (int i = 0; i < (int) lengthof(uses); i++)
		if (uses[i].code == code)
			return uses[i].name;
	return "unknown";
}

uint32
kw_use_bit(char code)
{
	for (int i = 0; i < (int) lengthof(uses); i++)
		if (uses[i].code == code)
			return 1U << i;
	return 0;
}

static int
compare_policies(const void *a, const void *b)
{
	const KwPolicy *pa = a;
	const KwPolicy *pb = b;

	if (pa->scope != pb->scope)
		return pa->scope < pb->scope ? -1 : 1;
	return pa->from < pb->from ? -1 : (pa->from > pb->from ? 1 : 0);
}

static int
compare_regions(const void *a, const void *b)
{
	RegionCode	ra = ((const RegionEntry *) a)->region;
	RegionCode	rb = ((const RegionEntry *) b)->region;

	return ra < rb ? -1 : (ra > rb ? 1 : 0);
}

static DateADT
date_or(uint64 row, int column, DateADT otherwise)
{
	bool		isnull;
	Datum		value = kw_spi_datum(row, column, &isnull);

	return isnull ? otherwise : DatumGetDateADT(value);
}

/*
 * Fold a text array into bits.
 */
static uint32
text_array_bits(uint64 row, int column, uint32 (*bit) (const char *))
{
	bool		isnull;
	Datum		value = kw_spi_datum(row, column, &isnull);
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	uint32		bits = 0;

	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			bits |= bit(TextDatumGetCString(elements[i]));
	return bits;
}

static uint32
use_bit_of_name(const char *name)
{
	return kw_use_bit(kw_use_code(name));
}

static uint32
kinship_bit_of_label(const char *label)
{
	for (int k = KINSHIP_SPOUSE; k <= KINSHIP_MATERNAL_GRANDCHILD; k++)
		if (strcmp(kw_kinship_label(k), label) == 0)
			return 1U << k;
	return 0;
}

static void
read_policy(uint64 row, KwPolicy *p)
{
	bool		isnull;

	p->policy_id = kw_spi_int32(row, 1);
	p->scope = kw_spi_int32(row, 2);
	p->from = date_or(row, 3, DATEVAL_NOBEGIN);
	p->until = date_or(row, 4, DATEVAL_NOEND);
	p->cross_province = kw_spi_bool(row, 5);
	p->kinships = text_array_bits(row, 6, kinship_bit_of_label);
	p->transfer_min = kw_spi_int64(row, 7);
	p->transfer_max = kw_spi_int64(row, 8);
	p->reserve = kw_spi_int64(row, 9);
	p->transfers_per_day = kw_spi_int32(row, 10);
	/* the names of the rule differ in their first letter */
	p->provider_region_rule = *kw_spi_text(row, 11);
	p->own_account_first = kw_spi_bool(row, 12);
	p->uses = text_array_bits(row, 13, use_bit_of_name);
	p->premium_from = kw_spi_isnull(row, 14) ? 0 : kw_spi_int32(row, 14);
	p->premium_through = kw_spi_isnull(row, 15) ? 9999 : kw_spi_int32(row, 15);
	p->relation_cap = kw_spi_isnull(row, 16) ? -1 : kw_spi_int32(row, 16);
	p->request_expiry = *DatumGetIntervalP(kw_spi_datum(row, 17, &isnull));
	p->hold_expiry = *DatumGetIntervalP(kw_spi_datum(row, 18, &isnull));
	p->pause_days = kw_spi_int32(row, 19);
	p->pause_is_change = kw_spi_bool(row, 20);
}

static ReferenceCache *
build(void)
{
	MemoryContext cxt = AllocSetContextCreate(CurrentMemoryContext, "kinwallet reference data",
											  ALLOCSET_DEFAULT_SIZES);
	ReferenceCache *built = MemoryContextAllocZero(cxt, sizeof(ReferenceCache));
	HASHCTL		ctl;
	KwSpi		spi;
	uint64		n;

	built->cxt = cxt;
	kw_spi_begin(&spi);

	n = kw_spi_latest(KW_PLAN_POLICIES);
	built->n_policies = (int) n;
	built->policies = MemoryContextAllocZero(cxt, Max(n, 1) * sizeof(KwPolicy));
	for (uint64 i = 0; i < n; i++)
		read_policy(i, &built->policies[i]);
	qsort(built->policies, n, sizeof(KwPolicy), compare_policies);

	n = kw_spi_latest(KW_PLAN_REGIONS);
	built->n_regions = (int) n;
	built->regions = MemoryContextAlloc(cxt, Max(n, 1) * sizeof(RegionEntry));
	for (uint64 i = 0; i < n; i++)
	{
		built->regions[i].region = kw_spi_int32(i, 1);
		built->regions[i].opened_on = date_or(i, 2, DATEVAL_NOEND);
	}
	qsort(built->regions, n, sizeof(RegionEntry), compare_regions);

	kw_spi_end(&spi);

	ctl.keysize = KW_PROVIDER_LEN + 1;
	ctl.entrysize = sizeof(KwProvider);
	ctl.hcxt = cxt;
	built->providers = hash_create("kinwallet providers", 1024, &ctl,
								   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	return built;
}

static Oid
data_table(const char *name)
{
	return get_relname_relid(name, get_namespace_oid("kinwallet_data", true));
}

static void
fill(void)
{
	while (!cache_valid)
	{
		ReferenceCache *built;
		uint64		before = invalidations;
		uint64		messages = SharedInvalidMessageCounter;

		/* known before they are read, so that no invalidation is missed */
		policy_oid = data_table("policy");
		region_oid = data_table("region");
		provider_oid = data_table("provider");
		built = build();
		if (cache != NULL)
			MemoryContextDelete(cache->cxt);
		MemoryContextSetParent(built->cxt, CacheMemoryContext);
		cache = built;
		/* debug_discard_caches invalidates without a message: see kw_catalog_changed() */
		cache_valid = (invalidations == before || SharedInvalidMessageCounter == messages);
	}
}

/*
 * Find the row of a scope that is valid on a day.
 */
static const KwPolicy *
find_policy(int32 scope, DateADT day)
{
	for (int i = 0; i < cache->n_policies; i++)
	{
		const KwPolicy *p = &cache->policies[i];

		if (p->scope > scope)
			break;
		if (p->scope == scope && p->from <= day && day < p->until)
			return p;
	}
	return NULL;
}

/*
 * Find the policy of a region on a day: the most specific scope first.
 */
void
kw_policy(RegionCode region, DateADT day, KwPolicy *policy)
{
	const KwPolicy *found;

	fill();
	found = find_policy(region, day);
	if (found == NULL)
		found = find_policy(kw_region_province(region), day);
	if (found == NULL)
		found = find_policy(0, day);
	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no policy is in force for region %d on %s", region, kw_day_text(day)),
				 errhint("Add a row to kinwallet_data.policy whose scope is 0, the province or the region.")));
	*policy = *found;
}

/*
 * Does the policy let the kinship in?  A plain class stands for both of its
 * sides: "grandparent" lets "paternal_grandparent" in.
 */
bool
kw_policy_allows_kinship(const KwPolicy *policy, KinshipRelation kinship)
{
	return (policy->kinships & ((1U << kinship) | (1U << kw_kinship_class(kinship)))) != 0;
}

/*
 * Give the day on which a region's wallet function opened, DATEVAL_NOEND
 * while it has not.  False: no such region.
 */
bool
kw_region_opened_on(RegionCode region, DateADT *opened_on)
{
	RegionEntry key = {region, 0};
	RegionEntry *found;

	fill();
	found = bsearch(&key, cache->regions, cache->n_regions, sizeof(RegionEntry), compare_regions);
	if (found == NULL)
		return false;
	*opened_on = found->opened_on;
	return true;
}

/*
 * Find a provider by its code; false: there is none.
 */
bool
kw_provider(const char *code, KwProvider *provider)
{
	char		key[KW_PROVIDER_LEN + 1] = {0};
	KwProvider *entry;
	KwProvider	read = {0};
	KwSpi		spi;
	uint64		before;

	if (strlen(code) != KW_PROVIDER_LEN)
		return false;
	memcpy(key, code, KW_PROVIDER_LEN);

	fill();
	entry = hash_search(cache->providers, key, HASH_FIND, NULL);
	if (entry != NULL)
	{
		*provider = *entry;
		return entry->exists;
	}

	memcpy(read.code, key, sizeof(key));
	before = invalidations;
	kw_spi_begin(&spi);
	if (kw_spi_latest(KW_PLAN_PROVIDER, CStringGetTextDatum(code)) > 0)
	{
		read.exists = true;
		read.region = kw_spi_int32(0, 1);
		read.accepts_wallet = kw_spi_bool(0, 2);
		read.from = date_or(0, 3, DATEVAL_NOBEGIN);
		read.until = date_or(0, 4, DATEVAL_NOEND);
		if (kw_spi_bool(0, 5))
			read.until = read.from = 0; /* an empty range: never valid */
	}
	kw_spi_end(&spi);
	*provider = read;

	/* not kept when an invalidation overtook the reading */
	if (invalidations == before && cache_valid)
	{
		if (hash_get_num_entries(cache->providers) >= MAX_CACHED_PROVIDERS)
			cache_valid = false;
		else
			*(KwProvider *) hash_search(cache->providers, key, HASH_ENTER, NULL) = read;
	}
	return read.exists;
}
