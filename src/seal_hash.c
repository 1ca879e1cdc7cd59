/*-------------------------------------------------------------------------
 *
 * seal_hash.c
 *	  What a seal hashes above the rows: tree, fact tables, chain.
 *
 * SHA-256 is PostgreSQL's own.  Every hashed string begins with a tag that no
 * other kind of string has, and every variable part with its length, so that
 * no two inputs give the same bytes.
 *
 * Owns a KwHasher: one context of the server's, in the current resource
 * owner.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"

#include "catalog_tables.h"
#include "seal_hash.h"

/* the first byte of what is hashed */
#define TAG_NODE	'N'
#define TAG_FACT	'F'
#define TAG_SEAL	'S'

struct KwHasher
{
	pg_cryptohash_ctx *context;
};

static void
hash_failed(KwHasher *h)
{
	elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(h->context));
}

KwHasher *
kw_hasher_create(void)
{
	KwHasher   *h = palloc(sizeof(KwHasher));

	h->context = pg_cryptohash_create(PG_SHA256);
	if (h->context == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return h;
}

void
kw_hasher_free(KwHasher *h)
{
	pg_cryptohash_free(h->context);
	pfree(h);
}

void
kw_hash_begin(KwHasher *h, char tag)
{
	if (pg_cryptohash_init(h->context) < 0)
		hash_failed(h);
	kw_hash_uint8(h, (uint8) tag);
}

void
kw_hash_bytes(KwHasher *h, const void *data, size_t length)
{
	if (pg_cryptohash_update(h->context, data, length) < 0)
		hash_failed(h);
}

void
kw_hash_uint8(KwHasher *h, uint8 value)
{
	kw_hash_bytes(h, &value, sizeof(value));
}

/*
 * Hash numbers, the most significant byte first.
 */
void
kw_hash_uint16(KwHasher *h, uint16 value)
{
	value = pg_hton16(value);
	kw_hash_bytes(h, &value, sizeof(value));
}

void
kw_hash_uint32(KwHasher *h, uint32 value)
{
	value = pg_hton32(value);
	kw_hash_bytes(h, &value, sizeof(value));
}

void
kw_hash_uint64(KwHasher *h, uint64 value)
{
	value = pg_hton64(value);
	kw_hash_bytes(h, &value, sizeof(value));
}

/*
 * Hash a text as length and UTF-8.
 */
void
kw_hash_text(KwHasher *h, const char *text)
{
	char	   *utf8 = pg_server_to_any(text, strlen(text), PG_UTF8);

	kw_hash_uint32(h, strlen(utf8));
	kw_hash_bytes(h, utf8, strlen(utf8));
}

void
kw_hash_end(KwHasher *h, KwDigest *digest)
{
	if (pg_cryptohash_final(h->context, digest->bytes, KW_SEAL_BYTES) < 0)
		hash_failed(h);
}

bool
kw_digest_is(const KwDigest *a, const KwDigest *b)
{
	return memcmp(a, b, sizeof(KwDigest)) == 0;
}

bool
kw_digest_is_zero(const KwDigest *digest)
{
	static const KwDigest zero;

	return kw_digest_is(digest, &zero);
}

/*
 * Say in which leaf a person's facts are: a multiplicative hash, so that
 * neighbours spread, and anybody can compute it.
 */
int
kw_seal_leaf_of(int64 person_id)
{
	return (int) ((uint64) person_id * UINT64CONST(0x9E3779B97F4A7C15) >> (64 - KW_SEAL_LEAF_BITS));
}

PG_FUNCTION_INFO_V1(kw_sql_seal_leaf);
Datum
kw_sql_seal_leaf(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(kw_seal_leaf_of(PG_GETARG_INT64(0)));
}

/*
 * Digest one fact table from its leaves: a binary tree, whose parts without
 * rows are zero.
 */
void
kw_digest_fact(KwHasher *h, KwTable fact, DateADT month, DateADT through,
			   int64 rows, int64 fen, const KwSealLeaf *leaf, KwDigest *digest)
{
	KwDigest   *node = palloc(KW_SEAL_LEAVES * sizeof(KwDigest));

	for (int i = 0; i < KW_SEAL_LEAVES; i++)
		node[i] = leaf[i].digest;
	for (int n = KW_SEAL_LEAVES / 2; n > 0; n /= 2)
		for (int i = 0; i < n; i++)
		{
			if (kw_digest_is_zero(&node[2 * i]) && kw_digest_is_zero(&node[2 * i + 1]))
			{
				node[i] = node[2 * i];
				continue;
			}
			kw_hash_begin(h, TAG_NODE);
			kw_hash_bytes(h, &node[2 * i], 2 * sizeof(KwDigest));
			kw_hash_end(h, &node[i]);
		}

	kw_hash_begin(h, TAG_FACT);
	kw_hash_uint8(h, KW_SEAL_FORMAT);
	kw_hash_text(h, kw_table_specs[fact].name);
	kw_hash_uint32(h, month);
	kw_hash_uint32(h, through);
	kw_hash_uint64(h, rows);
	kw_hash_uint64(h, fen);
	kw_hash_bytes(h, &node[0], sizeof(KwDigest));
	kw_hash_end(h, digest);
	pfree(node);
}

/*
 * Digest a seal from all that it says.
 */
void
kw_digest_seal(KwHasher *h, const KwSeal *seal, KwDigest *digest)
{
	kw_hash_begin(h, TAG_SEAL);
	kw_hash_uint8(h, KW_SEAL_FORMAT);
	kw_hash_uint64(h, seal->seal_no);
	kw_hash_uint8(h, (uint8) seal->kind);
	kw_hash_uint32(h, seal->month);
	kw_hash_uint32(h, seal->through);
	kw_hash_uint64(h, seal->sealed_at);
	kw_hash_text(h, seal->sealed_by);
	kw_hash_bytes(h, &seal->previous, sizeof(KwDigest));
	kw_hash_bytes(h, seal->fact, sizeof(seal->fact));
	kw_hash_end(h, digest);
}
