/*-------------------------------------------------------------------------
 *
 * account.c
 *	  Credits to individual accounts, one by one and in bulk.
 *
 * The account is the available amount in the person's wallet row, which the
 * first credit makes where the person has not opened a wallet yet.  Locks
 * the persons whose row is made FOR SHARE, then the wallets ascending.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "errors.h"
#include "plans.h"
#include "relation_state.h"
#include "rules.h"
#include "store.h"
#include "transfer.h"

/*
 * Make the wallet rows of persons who have none, sorted.  All their rows are
 * shared first, so that no event changes what is copied from them, and no
 * person is waited for with a wallet in hand.
 */
static void
create_wallets(const int64 *person_ids, uint64 n)
{
	Datum		persons = kw_id_array(person_ids, (int) n);
	uint64		known = kw_spi(KW_PLAN_SHARE_ALL_PERSONS, persons);

	for (uint64 i = 0; i < n; i++)
		if (i >= known || kw_spi_int64(i, 1) != person_ids[i])
			ereport(ERROR,
					(errcode(ERRCODE_KW_NOT_FOUND),
					 errmsg("person does not exist"),
					 errdetail("There is no person %lld (ACT-01).", (long long) person_ids[i])));
	kw_spi(KW_PLAN_CREATE_WALLETS, persons);
}

/*
 * Make the wallet rows that are missing, before any wallet is locked.
 */
static void
create_missing_wallets(const int64 *persons, int n)
{
	KwSpi		spi;
	uint64		missing;
	int64	   *ids;

	kw_spi_begin(&spi);
	missing = kw_spi(KW_PLAN_MISSING_WALLETS, kw_id_array(persons, n));
	ids = palloc(Max(missing, 1) * sizeof(int64));
	for (uint64 i = 0; i < missing; i++)
		ids[i] = kw_spi_int64(i, 1);
	create_wallets(ids, missing);
	kw_spi_end(&spi);
}

static void
check_credit(const KwWallet *wallet, WalletAmount amount)
{
	if (wallet->scheme != KW_SCHEME_EMPLOYEE)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_A_CONTRIBUTOR),
				 errmsg("person has no individual account to credit"),
				 errdetail("Person %lld is not a member of the employee scheme with an individual account (ACT-07).",
						   (long long) wallet->person_id)));
	if (amount <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
				 errmsg("amount must be positive"),
				 errdetail("The credit is %s yuan (EDGE-56).", kw_amount_text(amount))));
}

/*
 * Credit a locked wallet, in memory, and append the fact.  False: a retry;
 * *balance is the stored result then.
 */
static bool
credit(KwPosting *p, KwWallet *wallet, pg_uuid_t *request_id, WalletAmount amount,
	   Datum memo, bool memo_isnull, TimestampTz at, WalletAmount *balance)
{
	KwRow		stored;
	Datum		values[E_COLUMNS];
	bool		isnull[E_COLUMNS] = {false};

	if (kw_find_request(p, KW_ACCOUNT_ENTRY, wallet, request_id, '\0', &stored))
	{
		if (DatumGetInt64(stored.value[E_AMOUNT]) != amount ||
			stored.isnull[E_MEMO] != memo_isnull ||
			(!memo_isnull && strcmp(TextDatumGetCString(stored.value[E_MEMO]),
									TextDatumGetCString(memo)) != 0))
			kw_refuse_request_id("credit");
		*balance = DatumGetInt64(stored.value[E_BALANCE_AFTER]);
		return false;
	}
	check_credit(wallet, amount);
	wallet->available = kw_amount_add(wallet->available, amount);

	values[E_ENTRY_ID] = Int64GetDatum(kw_next_id(p));
	values[E_PERSON_ID] = Int64GetDatum(wallet->person_id);
	values[E_AMOUNT] = WalletAmountGetDatum(amount);
	values[E_AT] = TimestampTzGetDatum(at);
	values[E_REQUEST_ID] = UUIDPGetDatum(request_id);
	values[E_REGION] = RegionCodeGetDatum(wallet->region);
	values[E_MONTH] = DateADTGetDatum(kw_posting_month(p));
	values[E_BALANCE_AFTER] = WalletAmountGetDatum(wallet->available);
	values[E_MEMO] = memo;
	isnull[E_MEMO] = memo_isnull;
	kw_append(p, KW_ACCOUNT_ENTRY, values, isnull);
	*balance = wallet->available;
	return true;
}

/*
 * credit_account(request_id, person_id, amount, memo) -> wallet_amount
 */
PG_FUNCTION_INFO_V1(kw_credit_account);
Datum
kw_credit_account(PG_FUNCTION_ARGS)
{
	KwPosting  *p;
	KwWallet	wallet;
	WalletAmount balance;
	int64		person_id;

	KW_ARGS_NOT_NULL("request_id", "person_id", "amount", NULL);
	person_id = PG_GETARG_INT64(1);

	p = kw_posting_begin("kinwallet.credit_account()");
	if (!kw_lock_wallet(p, person_id, &wallet))
	{
		kw_posting_end(p);
		create_missing_wallets(&person_id, 1);
		p = kw_posting_begin("kinwallet.credit_account()");
		if (!kw_lock_wallet(p, person_id, &wallet))
			kw_serialization_failure(); /* made by somebody after our snapshot */
	}
	if (credit(p, &wallet, PG_GETARG_UUID_P(0), PG_GETARG_WALLET_AMOUNT(2),
			   PG_GETARG_DATUM(3), PG_ARGISNULL(3), kw_posting_clock(p), &balance))
		kw_update_wallet(p, &wallet);
	kw_posting_end(p);
	PG_RETURN_WALLET_AMOUNT(balance);
}

static int
compare_int64(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : (x > y ? 1 : 0);
}

/*
 * Give the position of a value that is in the sorted array.
 */
int
kw_position_of(int64 value, const int64 *sorted, int n)
{
	const int64 *found = bsearch(&value, sorted, n, sizeof(int64), compare_int64);

	return (int) (found - sorted);
}

static void
credit_error_context(void *arg)
{
	errcontext("item %d of kinwallet.credit_accounts()", *(int *) arg + 1);
}

/*
 * credit_accounts(request_ids, person_ids, amounts) -> bigint
 *
 * All or nothing.  Gives the number of credits made; retries don't count.
 */
PG_FUNCTION_INFO_V1(kw_credit_accounts);
Datum
kw_credit_accounts(PG_FUNCTION_ARGS)
{
	Datum	   *request_ids,
			   *person_ids,
			   *amounts;
	int			n,
				n_persons,
				n_amounts,
				n_distinct,
				item = 0;
	int64	   *persons;
	KwWallet   *wallets;
	bool	   *touched;
	bool	   *repeated;
	KwPosting  *p;
	TimestampTz at;
	int64		posted = 0;
	ErrorContextCallback callback;

	KW_ARGS_NOT_NULL("request_ids", "person_ids", "amounts");
	PreventCommandIfReadOnly("kinwallet.credit_accounts()");
	request_ids = kw_array_arg(fcinfo, 0, "request_ids", &n);
	person_ids = kw_array_arg(fcinfo, 1, "person_ids", &n_persons);
	amounts = kw_array_arg(fcinfo, 2, "amounts", &n_amounts);
	kw_same_lengths(n, n_persons, n_amounts, -1);

	persons = palloc(Max(n, 1) * sizeof(int64));
	for (int i = 0; i < n; i++)
		persons[i] = DatumGetInt64(person_ids[i]);
	n_distinct = kw_sort_ids(persons, n);
	create_missing_wallets(persons, n_distinct);

	p = kw_posting_begin("kinwallet.credit_accounts()");
	kw_posting_bulk(p);
	wallets = palloc(Max(n_distinct, 1) * sizeof(KwWallet));
	touched = palloc0(Max(n_distinct, 1) * sizeof(bool));
	for (int i = 0; i < n_distinct; i++)
		if (!kw_lock_wallet(p, persons[i], &wallets[i]))
			kw_serialization_failure();
	at = kw_posting_clock(p);
	repeated = kw_find_repeated(person_ids, request_ids, n);

	callback.callback = credit_error_context;
	callback.arg = &item;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	for (item = 0; item < n; item++)
	{
		int			w = kw_position_of(DatumGetInt64(person_ids[item]), persons, n_distinct);
		WalletAmount balance;

		CHECK_FOR_INTERRUPTS();
		if (repeated[item])
			kw_flush(p);
		if (credit(p, &wallets[w], DatumGetUUIDP(request_ids[item]), DatumGetInt64(amounts[item]),
				   (Datum) 0, true, at, &balance))
		{
			touched[w] = true;
			posted++;
		}
	}
	error_context_stack = callback.previous;

	for (int i = 0; i < n_distinct; i++)
		if (touched[i])
			kw_update_wallet(p, &wallets[i]);
	kw_posting_end(p);
	PG_RETURN_INT64(posted);
}
