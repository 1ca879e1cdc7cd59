/*-------------------------------------------------------------------------
 *
 * seal_hash.h
 *	  Seals: digests of a month's facts, each chained to the one before it.
 *
 * doc/design.md ("Seals") defines every byte that is hashed; a change of any
 * is a new KW_SEAL_FORMAT.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_SEAL_HASH_H
#define KW_SEAL_HASH_H

#include "compat.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "catalog.h"

#define KW_SEAL_FORMAT		1
#define KW_SEAL_BYTES		PG_SHA256_DIGEST_LENGTH

/* the facts of a month are divided by person into so many leaves */
#define KW_SEAL_LEAF_BITS	10
#define KW_SEAL_LEAVES		(1 << KW_SEAL_LEAF_BITS)

typedef struct KwDigest
{
	uint8		bytes[KW_SEAL_BYTES];
} KwDigest;

/* the rows of some persons; without rows all is zero, the digest too */
typedef struct KwSealLeaf
{
	int64		rows;
	int64		fen;			/* sum of the amounts, modulo 2^64 */
	KwDigest	digest;
} KwSealLeaf;

/* the rows of one fact table, of a month through a day */
typedef struct KwFactSeal
{
	int64		rows;
	int64		fen;
	KwDigest	digest;
	KwSealLeaf	leaf[KW_SEAL_LEAVES];
} KwFactSeal;

/* one link of the chain */
typedef struct KwSeal
{
	int64		seal_no;		/* from 1 on, without gaps */
	char		kind;			/* m month, d day */
	DateADT		month;
	DateADT		through;		/* the last day that it covers */
	TimestampTz sealed_at;
	const char *sealed_by;
	KwDigest	previous;		/* of the seal before; zero in the first */
	KwDigest	fact[KW_N_FACTS];
	KwDigest	seal;
} KwSeal;

typedef struct KwHasher KwHasher;

extern KwHasher *kw_hasher_create(void);
extern void kw_hasher_free(KwHasher *h);
extern void kw_hash_begin(KwHasher *h, char tag);
extern void kw_hash_bytes(KwHasher *h, const void *data, size_t length);
extern void kw_hash_uint8(KwHasher *h, uint8 value);
extern void kw_hash_uint16(KwHasher *h, uint16 value);
extern void kw_hash_uint32(KwHasher *h, uint32 value);
extern void kw_hash_uint64(KwHasher *h, uint64 value);
extern void kw_hash_text(KwHasher *h, const char *text);
extern void kw_hash_end(KwHasher *h, KwDigest *digest);

extern int	kw_seal_leaf_of(int64 person_id);
extern void kw_digest_fact(KwHasher *h, KwTable fact, DateADT month, DateADT through,
						   int64 rows, int64 fen, const KwSealLeaf *leaf, KwDigest *digest);
extern void kw_digest_seal(KwHasher *h, const KwSeal *seal, KwDigest *digest);
extern bool kw_digest_is(const KwDigest *a, const KwDigest *b);
extern bool kw_digest_is_zero(const KwDigest *digest);

#endif							/* KW_SEAL_HASH_H */
