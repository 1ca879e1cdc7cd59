/*-------------------------------------------------------------------------
 *
 * relation_state.c
 *	  Ends, suspends and resumes relations.
 *
 * Takes the locks of the cold paths in the only order there is: persons,
 * wallets ascending by person, relations ascending by id; see doc/design.md.
 *
 * Whoever acts on all relations of a person has claimed that person, and
 * whoever makes a relation shares both: so the set of open relations of
 * claimed persons can only shrink, and the wallets of everybody in it are
 * known before the first of them is locked.  A statement's snapshot is not
 * older than the claim under READ COMMITTED.  Under REPEATABLE READ it may
 * be, and then the lock on the person's own wallet fails with 40001, because
 * making a relation changes that row.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "catalog.h"
#include "clock.h"
#include "plans.h"
#include "region_code.h"
#include "relation_state.h"
#include "rules.h"
#include "store.h"

/* an open relation, as locked */
typedef struct OpenRelation
{
	int64		relation_id;
	int64		contributor;
	int64		recipient;
	char		state;
	int			causes;
} OpenRelation;

static int
compare_ids(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : (x > y ? 1 : 0);
}

/*
 * Sort ids and drop duplicates.
 */
int
kw_sort_ids(int64 *ids, int n)
{
	int			kept = 0;

	if (n < 2)
		return n;
	qsort(ids, n, sizeof(int64), compare_ids);
	for (int i = 1; i < n; i++)
		if (ids[i] != ids[kept])
			ids[++kept] = ids[i];
	return kept + 1;
}

/*
 * Build a bigint[] for a plan's argument.
 */
Datum
kw_id_array(const int64 *ids, int n)
{
	Datum	   *elements = palloc(Max(n, 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		elements[i] = Int64GetDatum(ids[i]);
	return PointerGetDatum(construct_array(elements, n, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

void
kw_share_persons(int64 a, int64 b)
{
	kw_spi(KW_PLAN_SHARE_PERSONS, Int64GetDatum(a), Int64GetDatum(b));
}

bool
kw_claim_person(int64 person_id)
{
	return kw_spi(KW_PLAN_CLAIM_PERSON, Int64GetDatum(person_id)) > 0;
}

void
kw_lock_wallets(int64 *person_ids, int n)
{
	kw_spi(KW_PLAN_LOCK_WALLETS, kw_id_array(person_ids, n));
}

void
kw_lock_relations(int64 *relation_ids, int n)
{
	kw_spi(KW_PLAN_LOCK_RELATIONS, kw_id_array(relation_ids, n));
}

/*
 * What the functions that never wait locked in vain stays locked until
 * commit.  That does no harm: who never waits is in nobody's circle.
 */
bool
kw_try_lock_wallets(int64 *person_ids, int n)
{
	return kw_spi(KW_PLAN_TRY_LOCK_WALLETS, kw_id_array(person_ids, n)) == (uint64) n;
}

bool
kw_try_lock_relations(int64 *relation_ids, int n)
{
	return kw_spi(KW_PLAN_TRY_LOCK_RELATIONS, kw_id_array(relation_ids, n)) == (uint64) n;
}

/*
 * Under REPEATABLE READ, refuse to go on when one of the persons has a
 * wallet that this transaction's snapshot cannot see: then no lock on it was
 * taken, and its relations were not seen either.
 */
static void
check_wallets_seen(const int64 *person_ids, int n)
{
	Datum		persons;
	int64		seen;

	if (!IsolationUsesXactSnapshot())
		return;
	persons = kw_id_array(person_ids, n);
	kw_spi_one(KW_PLAN_COUNT_WALLETS, persons);
	seen = kw_spi_int64(0, 1);
	kw_spi_latest(KW_PLAN_COUNT_WALLETS, persons);
	if (kw_spi_int64(0, 1) != seen)
		kw_serialization_failure();
}

/*
 * List the open relations of claimed persons, and the parties to them
 * together with the persons themselves; both sorted.
 */
static void
list_open(const int64 *person_ids, int n, int64 **relations, int *n_relations,
		  int64 **parties, int *n_parties)
{
	int			rows = (int) kw_spi(KW_PLAN_OPEN_RELATIONS, kw_id_array(person_ids, n));

	*relations = palloc(Max(rows, 1) * sizeof(int64));
	*parties = palloc((n + 2 * (Size) rows) * sizeof(int64));
	memcpy(*parties, person_ids, n * sizeof(int64));
	for (int i = 0; i < rows; i++)
	{
		(*relations)[i] = kw_spi_int64(i, 1);
		(*parties)[n + 2 * i] = kw_spi_int64(i, 2);
		(*parties)[n + 2 * i + 1] = kw_spi_int64(i, 3);
	}
	*n_relations = kw_sort_ids(*relations, rows);
	*n_parties = kw_sort_ids(*parties, n + 2 * rows);
}

/*
 * Lock everything that acting on all relations of claimed persons touches,
 * and give the relations that are still open then.
 */
static OpenRelation *
lock_open(const int64 *person_ids, int n, int *n_open)
{
	int64	   *relations;
	int64	   *parties;
	int			n_relations;
	int			n_parties;
	OpenRelation *open;

	list_open(person_ids, n, &relations, &n_relations, &parties, &n_parties);
	kw_lock_wallets(parties, n_parties);
	check_wallets_seen(person_ids, n);
	*n_open = (int) kw_spi(KW_PLAN_LOCK_OPEN_RELATIONS, kw_id_array(relations, n_relations));

	/* copied: the caller runs statements of its own */
	open = palloc(Max(*n_open, 1) * sizeof(OpenRelation));
	for (int i = 0; i < *n_open; i++)
	{
		open[i].relation_id = kw_spi_int64(i, 1);
		open[i].contributor = kw_spi_int64(i, 2);
		open[i].recipient = kw_spi_int64(i, 3);
		open[i].state = kw_spi_char(i, 4);
		open[i].causes = kw_spi_int16(i, 5);
	}
	return open;
}

void
kw_lock_relations_of(int64 *person_ids, int n)
{
	int			n_open;

	(void) lock_open(person_ids, n, &n_open);
}

bool
kw_try_lock_relations_of(int64 person_id)
{
	int64	   *relations;
	int64	   *parties;
	int			n_relations;
	int			n_parties;

	if (kw_spi(KW_PLAN_TRY_CLAIM_PERSON, Int64GetDatum(person_id)) == 0)
		return false;
	list_open(&person_id, 1, &relations, &n_relations, &parties, &n_parties);
	/* without relations there is nothing to act on, and perhaps no wallet */
	if (n_relations == 0 || !kw_try_lock_wallets(parties, n_parties))
		return false;
	check_wallets_seen(&person_id, 1);
	return kw_try_lock_relations(relations, n_relations);
}

/*
 * Append to a relation's history.
 */
void
kw_log_relation(int64 relation_id, TimestampTz at, const char *kind, int64 by_person,
				const char *reason, int causes, WalletAmount returned)
{
	Datum		args[7];
	bool		nulls[7] = {false};

	args[0] = Int64GetDatum(relation_id);
	args[1] = TimestampTzGetDatum(at);
	args[2] = CStringGetTextDatum(kind);
	args[3] = Int64GetDatum(by_person);
	nulls[3] = (by_person == 0);
	args[4] = reason != NULL ? CStringGetTextDatum(reason) : (Datum) 0;
	nulls[4] = (reason == NULL);
	args[5] = Int16GetDatum((int16) causes);
	args[6] = WalletAmountGetDatum(returned);
	kw_spi_run(KW_PLAN_RELATION_EVENT, args, nulls);
}

/*
 * Append the fact that quota went back to the contributor's account.
 */
void
kw_append_return(int64 relation_id, int64 contributor, WalletAmount amount, TimestampTz at,
				 RegionCode contributor_region, char kind)
{
	DateADT		month = kw_first_of_month(kw_day_of(at));
	int64		id;

	kw_require_open_month(month);
	id = kw_make_id(kw_ledger_node(), month, nextval_internal(kw_sequence_oid(false), false));
	kw_spi(KW_PLAN_INSERT_RETURN, Int64GetDatum(id), Int64GetDatum(relation_id),
		   Int64GetDatum(contributor), WalletAmountGetDatum(amount), TimestampTzGetDatum(at),
		   RegionCodeGetDatum(contributor_region), DateADTGetDatum(month), CharGetDatum(kind));
}

WalletAmount
kw_end_relation(int64 relation_id, char new_state, const char *kind, const char *reason,
				int64 by_person, TimestampTz at)
{
	int64		contributor;
	int64		recipient;
	RegionCode	contributor_region;
	WalletAmount returned;

	if (kw_spi(KW_PLAN_LOCK_RELATION, Int64GetDatum(relation_id)) == 0)
		elog(ERROR, "relation " INT64_FORMAT " is not open", relation_id);
	contributor = kw_spi_int64(0, 1);
	recipient = kw_spi_int64(0, 2);
	contributor_region = kw_spi_int32(0, 3);
	returned = kw_spi_int64(0, 4);

	kw_spi(KW_PLAN_END_RELATION, Int64GetDatum(relation_id), CharGetDatum(new_state));
	if (kw_spi(KW_PLAN_WALLETS_AFTER_END, Int64GetDatum(contributor), Int64GetDatum(recipient),
			   WalletAmountGetDatum(returned)) != 2)
		elog(ERROR, "a wallet of relation " INT64_FORMAT " is missing", relation_id);
	if (returned > 0)
		kw_append_return(relation_id, contributor, returned, at, contributor_region,
						 KW_RETURN_DISSOLUTION);
	kw_log_relation(relation_id, at, kind, by_person, reason, 0, returned);
	return returned;
}

static const KwRelationChange *
find_change(const KwRelationChange *changes, int n, int64 person_id)
{
	int			low = 0;
	int			high = n - 1;

	while (low <= high)
	{
		int			middle = low + (high - low) / 2;

		if (changes[middle].person_id == person_id)
			return &changes[middle];
		if (changes[middle].person_id < person_id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}

/*
 * Apply what happened to either party to one relation.  Returns whether it
 * changed.
 */
static bool
change_relation(const OpenRelation *r, const KwRelationChange *of_contributor,
				const KwRelationChange *of_recipient, TimestampTz at)
{
	const char *reason = NULL;
	int			causes = r->causes;

	if (of_contributor != NULL)
	{
		reason = of_contributor->dissolve;
		causes = (causes | of_contributor->contributor_set) & ~of_contributor->contributor_clear;
	}
	if (of_recipient != NULL)
	{
		if (reason == NULL)
			reason = of_recipient->dissolve;
		causes = (causes | of_recipient->recipient_set) & ~of_recipient->recipient_clear;
	}

	if (reason != NULL)
	{
		/* a request has no quota and never was a relation: it lapses */
		if (r->state == KW_RELATION_REQUESTED)
			kw_end_relation(r->relation_id, KW_RELATION_EXPIRED, "expired", reason, 0, at);
		else
			kw_end_relation(r->relation_id, KW_RELATION_DISSOLVED, "dissolved", reason, 0, at);
		return true;
	}
	/* a request is judged when it is accepted */
	if (r->state == KW_RELATION_REQUESTED || causes == r->causes)
		return false;

	kw_spi(KW_PLAN_SET_CAUSES, Int64GetDatum(r->relation_id), Int16GetDatum((int16) causes),
		   CharGetDatum(causes != 0 ? KW_RELATION_SUSPENDED : KW_RELATION_ACTIVE));
	kw_log_relation(r->relation_id, at, causes != 0 ? "suspended" : "resumed", 0, NULL, causes, 0);
	return true;
}

int
kw_change_relations(const KwRelationChange *changes, int n, TimestampTz at)
{
	int64	   *person_ids = palloc(Max(n, 1) * sizeof(int64));
	OpenRelation *open;
	int			n_open;
	int			acted = 0;

	for (int i = 0; i < n; i++)
	{
		Assert(i == 0 || changes[i - 1].person_id < changes[i].person_id);
		person_ids[i] = changes[i].person_id;
	}
	open = lock_open(person_ids, n, &n_open);
	for (int i = 0; i < n_open; i++)
		if (change_relation(&open[i],
							find_change(changes, n, open[i].contributor),
							find_change(changes, n, open[i].recipient), at))
			acted++;
	return acted;
}

int
kw_dissolve_relations(int64 *person_ids, int n, const char *reason, TimestampTz at)
{
	KwRelationChange *changes = palloc0(Max(n, 1) * sizeof(KwRelationChange));

	n = kw_sort_ids(person_ids, n);
	for (int i = 0; i < n; i++)
	{
		changes[i].person_id = person_ids[i];
		changes[i].dissolve = reason;
	}
	return kw_change_relations(changes, n, at);
}

int
kw_suspend_relations(int64 person_id, int contributor_cause, int recipient_cause, TimestampTz at)
{
	KwRelationChange change = {0};

	change.person_id = person_id;
	change.contributor_set = contributor_cause;
	change.recipient_set = recipient_cause;
	return kw_change_relations(&change, 1, at);
}

int
kw_resume_relations(int64 person_id, int contributor_cause, int recipient_cause, TimestampTz at)
{
	KwRelationChange change = {0};

	change.person_id = person_id;
	change.contributor_clear = contributor_cause;
	change.recipient_clear = recipient_cause;
	return kw_change_relations(&change, 1, at);
}
