/*-------------------------------------------------------------------------
 *
 * kinship_relation.c
 *	  The base type kinship_relation: a closed vocabulary in one byte.
 *
 * Three tables say everything: the ten stored relations, the Chinese words
 * that mean one of them, and GB/T 4761 with its verdict on every code.  The
 * Chinese texts are UTF-8 and are converted where the database has another
 * encoding.  Comparison and hashing are those of "char" (LANGUAGE internal).
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "errors.h"
#include "kinship_relation.h"

typedef struct KinshipInfo
{
	const char *label;
	const char *chinese;
	KinshipRelation inverse;
	KinshipRelation plain;		/* without the side of the family */
	bool		immediate;
} KinshipInfo;

typedef struct KinshipWord
{
	const char *chinese;
	KinshipRelation kinship;
} KinshipWord;

typedef struct KinshipCode
{
	const char *meaning;		/* NULL: the standard has no such code */
	uint8		verdict;		/* a stored relation, or one of these: */
} KinshipCode;

#define KIN_NOT_ELIGIBLE	0xFE
#define KIN_AMBIGUOUS		0xFF

static const KinshipInfo kinship_info[] = {
	[KINSHIP_SPOUSE] = {"spouse", "配偶",
	KINSHIP_SPOUSE, KINSHIP_SPOUSE, true},
	[KINSHIP_PARENT] = {"parent", "父母",
	KINSHIP_CHILD, KINSHIP_PARENT, true},
	[KINSHIP_CHILD] = {"child", "子女",
	KINSHIP_PARENT, KINSHIP_CHILD, true},
	[KINSHIP_SIBLING] = {"sibling", "兄弟姐妹",
	KINSHIP_SIBLING, KINSHIP_SIBLING, false},
	[KINSHIP_GRANDPARENT] = {"grandparent", "祖父母或外祖父母",
	KINSHIP_GRANDCHILD, KINSHIP_GRANDPARENT, false},
	[KINSHIP_PATERNAL_GRANDPARENT] = {"paternal_grandparent", "祖父母",
	KINSHIP_PATERNAL_GRANDCHILD, KINSHIP_GRANDPARENT, false},
	[KINSHIP_MATERNAL_GRANDPARENT] = {"maternal_grandparent", "外祖父母",
	KINSHIP_MATERNAL_GRANDCHILD, KINSHIP_GRANDPARENT, false},
	[KINSHIP_GRANDCHILD] = {"grandchild", "孙子女或外孙子女",
	KINSHIP_GRANDPARENT, KINSHIP_GRANDCHILD, false},
	[KINSHIP_PATERNAL_GRANDCHILD] = {"paternal_grandchild", "孙子女",
	KINSHIP_PATERNAL_GRANDPARENT, KINSHIP_GRANDCHILD, false},
	[KINSHIP_MATERNAL_GRANDCHILD] = {"maternal_grandchild", "外孙子女",
	KINSHIP_MATERNAL_GRANDPARENT, KINSHIP_GRANDCHILD, false},
};

/*
 * Single words; the class terms are in the table above.  The bare "子" and
 * "女" are left out: in the next column of a form the latter means female.
 */
static const KinshipWord kinship_words[] = {
	{"丈夫", KINSHIP_SPOUSE},
	{"妻子", KINSHIP_SPOUSE},
	{"夫", KINSHIP_SPOUSE},
	{"妻", KINSHIP_SPOUSE},
	{"夫妻", KINSHIP_SPOUSE},
	{"父亲", KINSHIP_PARENT},
	{"母亲", KINSHIP_PARENT},
	{"父", KINSHIP_PARENT},
	{"母", KINSHIP_PARENT},
	{"养父", KINSHIP_PARENT},
	{"养母", KINSHIP_PARENT},
	{"继父", KINSHIP_PARENT},
	{"继母", KINSHIP_PARENT},
	{"儿子", KINSHIP_CHILD},
	{"女儿", KINSHIP_CHILD},
	{"独生子", KINSHIP_CHILD},
	{"独生女", KINSHIP_CHILD},
	{"养子", KINSHIP_CHILD},
	{"养女", KINSHIP_CHILD},
	{"继子", KINSHIP_CHILD},
	{"继女", KINSHIP_CHILD},
	{"哥哥", KINSHIP_SIBLING},
	{"弟弟", KINSHIP_SIBLING},
	{"姐姐", KINSHIP_SIBLING},
	{"妹妹", KINSHIP_SIBLING},
	{"兄", KINSHIP_SIBLING},
	{"弟", KINSHIP_SIBLING},
	{"姐", KINSHIP_SIBLING},
	{"妹", KINSHIP_SIBLING},
	{"兄弟", KINSHIP_SIBLING},
	{"姐妹", KINSHIP_SIBLING},
	{"祖父", KINSHIP_PATERNAL_GRANDPARENT},
	{"祖母", KINSHIP_PATERNAL_GRANDPARENT},
	{"爷爷", KINSHIP_PATERNAL_GRANDPARENT},
	{"奶奶", KINSHIP_PATERNAL_GRANDPARENT},
	{"外祖父", KINSHIP_MATERNAL_GRANDPARENT},
	{"外祖母", KINSHIP_MATERNAL_GRANDPARENT},
	{"外公", KINSHIP_MATERNAL_GRANDPARENT},
	{"外婆", KINSHIP_MATERNAL_GRANDPARENT},
	{"姥爷", KINSHIP_MATERNAL_GRANDPARENT},
	{"姥姥", KINSHIP_MATERNAL_GRANDPARENT},
	{"孙子", KINSHIP_PATERNAL_GRANDCHILD},
	{"孙女", KINSHIP_PATERNAL_GRANDCHILD},
	{"外孙", KINSHIP_MATERNAL_GRANDCHILD},
	{"外孙子", KINSHIP_MATERNAL_GRANDCHILD},
	{"外孙女", KINSHIP_MATERNAL_GRANDCHILD},
};

/*
 * GB/T 4761-2008, family relationship codes: what the relative is to the
 * contributor, and whether that is a close relative (rule ACT-03).
 */
static const KinshipCode gbt4761_codes[100] = {
	[1] = {"self", KIN_NOT_ELIGIBLE},
	[2] = {"head of household", KIN_NOT_ELIGIBLE},

	[10] = {"spouse", KINSHIP_SPOUSE},
	[11] = {"husband", KINSHIP_SPOUSE},
	[12] = {"wife", KINSHIP_SPOUSE},

	[20] = {"son", KINSHIP_CHILD},
	[21] = {"only son", KINSHIP_CHILD},
	[22] = {"eldest son", KINSHIP_CHILD},
	[23] = {"second son", KINSHIP_CHILD},
	[24] = {"third son", KINSHIP_CHILD},
	[25] = {"fourth son", KINSHIP_CHILD},
	[26] = {"fifth son", KINSHIP_CHILD},
	[27] = {"adopted son or step-son", KINSHIP_CHILD},
	[28] = {"son-in-law", KIN_NOT_ELIGIBLE},
	[29] = {"other son", KIN_AMBIGUOUS},

	[30] = {"daughter", KINSHIP_CHILD},
	[31] = {"only daughter", KINSHIP_CHILD},
	[32] = {"eldest daughter", KINSHIP_CHILD},
	[33] = {"second daughter", KINSHIP_CHILD},
	[34] = {"third daughter", KINSHIP_CHILD},
	[35] = {"fourth daughter", KINSHIP_CHILD},
	[36] = {"fifth daughter", KINSHIP_CHILD},
	[37] = {"adopted daughter or step-daughter", KINSHIP_CHILD},
	[38] = {"daughter-in-law", KIN_NOT_ELIGIBLE},
	[39] = {"other daughter", KIN_AMBIGUOUS},

	[40] = {"grandchild", KINSHIP_GRANDCHILD},
	[41] = {"son's son", KINSHIP_PATERNAL_GRANDCHILD},
	[42] = {"son's daughter", KINSHIP_PATERNAL_GRANDCHILD},
	[43] = {"daughter's son", KINSHIP_MATERNAL_GRANDCHILD},
	[44] = {"daughter's daughter", KINSHIP_MATERNAL_GRANDCHILD},
	[45] = {"grandson's wife", KIN_NOT_ELIGIBLE},
	[46] = {"granddaughter's husband", KIN_NOT_ELIGIBLE},
	[47] = {"great-grandson", KIN_NOT_ELIGIBLE},
	[48] = {"great-granddaughter", KIN_NOT_ELIGIBLE},
	[49] = {"other grandchild", KIN_AMBIGUOUS},

	[50] = {"parent", KINSHIP_PARENT},
	[51] = {"father", KINSHIP_PARENT},
	[52] = {"mother", KINSHIP_PARENT},
	[53] = {"husband's father", KIN_NOT_ELIGIBLE},
	[54] = {"husband's mother", KIN_NOT_ELIGIBLE},
	[55] = {"wife's father", KIN_NOT_ELIGIBLE},
	[56] = {"wife's mother", KIN_NOT_ELIGIBLE},
	[57] = {"step-father or adoptive father", KINSHIP_PARENT},
	[58] = {"step-mother or adoptive mother", KINSHIP_PARENT},
	[59] = {"other parent", KIN_AMBIGUOUS},

	[60] = {"grandparent", KINSHIP_GRANDPARENT},
	[61] = {"father's father", KINSHIP_PATERNAL_GRANDPARENT},
	[62] = {"father's mother", KINSHIP_PATERNAL_GRANDPARENT},
	[63] = {"mother's father", KINSHIP_MATERNAL_GRANDPARENT},
	[64] = {"mother's mother", KINSHIP_MATERNAL_GRANDPARENT},
	[65] = {"spouse's grandparent", KIN_NOT_ELIGIBLE},
	[66] = {"great-grandfather", KIN_NOT_ELIGIBLE},
	[67] = {"great-grandmother", KIN_NOT_ELIGIBLE},
	[68] = {"spouse's great-grandparent", KIN_NOT_ELIGIBLE},
	[69] = {"other grandparent", KIN_AMBIGUOUS},

	[70] = {"sibling", KINSHIP_SIBLING},
	[71] = {"elder brother", KINSHIP_SIBLING},
	[72] = {"elder brother's wife", KIN_NOT_ELIGIBLE},
	[73] = {"younger brother", KINSHIP_SIBLING},
	[74] = {"younger brother's wife", KIN_NOT_ELIGIBLE},
	[75] = {"elder sister", KINSHIP_SIBLING},
	[76] = {"elder sister's husband", KIN_NOT_ELIGIBLE},
	[77] = {"younger sister", KINSHIP_SIBLING},
	[78] = {"younger sister's husband", KIN_NOT_ELIGIBLE},
	[79] = {"other sibling", KIN_AMBIGUOUS},

	[80] = {"other", KIN_NOT_ELIGIBLE},
	[81] = {"father's elder brother", KIN_NOT_ELIGIBLE},
	[82] = {"wife of father's elder brother", KIN_NOT_ELIGIBLE},
	[83] = {"father's younger brother", KIN_NOT_ELIGIBLE},
	[84] = {"wife of father's younger brother", KIN_NOT_ELIGIBLE},
	[85] = {"mother's brother", KIN_NOT_ELIGIBLE},
	[86] = {"wife of mother's brother", KIN_NOT_ELIGIBLE},
	[87] = {"husband of mother's sister", KIN_NOT_ELIGIBLE},
	[88] = {"mother's sister", KIN_NOT_ELIGIBLE},
	[89] = {"husband of father's sister", KIN_NOT_ELIGIBLE},
	[90] = {"father's sister", KIN_NOT_ELIGIBLE},
	[91] = {"paternal cousin", KIN_NOT_ELIGIBLE},
	[92] = {"maternal cousin", KIN_NOT_ELIGIBLE},
	[93] = {"brother's son", KIN_NOT_ELIGIBLE},
	[94] = {"brother's daughter", KIN_NOT_ELIGIBLE},
	[95] = {"sister's son", KIN_NOT_ELIGIBLE},
	[96] = {"sister's daughter", KIN_NOT_ELIGIBLE},
	[97] = {"other relative", KIN_NOT_ELIGIBLE},
	[99] = {"not related", KIN_NOT_ELIGIBLE},
};


/*
 * Tell whether a stored code is one of ours.
 */
static bool
kinship_is_valid(int code)
{
	return code >= KINSHIP_SPOUSE && code < (int) lengthof(kinship_info);
}

/*
 * Look up a stored relation.
 */
static const KinshipInfo *
get_info(KinshipRelation kinship)
{
	if (!kinship_is_valid(kinship))
		elog(ERROR, "unrecognized kinship_relation code: %d", kinship);
	return &kinship_info[kinship];
}

/*
 * Recognize a label or a Chinese term, the latter in the encoding of the
 * database.
 */
static bool
kinship_from_word(const char *str, KinshipRelation *kinship)
{
	char	   *utf8;
	int			i;

	for (i = KINSHIP_SPOUSE; kinship_is_valid(i); i++)
	{
		if (strcmp(str, kinship_info[i].label) == 0)
		{
			*kinship = i;
			return true;
		}
	}

	utf8 = pg_server_to_any(str, strlen(str), PG_UTF8);

	for (i = KINSHIP_SPOUSE; kinship_is_valid(i); i++)
	{
		if (strcmp(utf8, kinship_info[i].chinese) == 0)
		{
			*kinship = i;
			return true;
		}
	}
	for (i = 0; i < (int) lengthof(kinship_words); i++)
	{
		if (strcmp(utf8, kinship_words[i].chinese) == 0)
		{
			*kinship = kinship_words[i].kinship;
			return true;
		}
	}
	return false;
}

/*
 * Recognize a two-digit code that GB/T 4761 knows.  Returns -1 for anything
 * else.
 */
static int
parse_gbt4761(const char *str)
{
	int			code;

	if (strlen(str) != 2 || strspn(str, "0123456789") != 2)
		return -1;
	code = (str[0] - '0') * 10 + (str[1] - '0');
	return gbt4761_codes[code].meaning != NULL ? code : -1;
}

/*
 * Map a known GB/T 4761 code to its relation, or refuse it with its meaning.
 * Returns false after a soft error.
 */
static bool
kinship_from_gbt4761(int code, KinshipRelation *kinship, Node *escontext)
{
	const KinshipCode *entry = &gbt4761_codes[code];

	switch (entry->verdict)
	{
		case KIN_NOT_ELIGIBLE:
			ereturn(escontext, false,
					(errcode(ERRCODE_KW_KINSHIP_NOT_ELIGIBLE),
					 errmsg("kinship is not eligible for mutual aid"),
					 errdetail("GB/T 4761 code %02d means \"%s\", which is not a close relative (rule ACT-03).",
							   code, entry->meaning)));
		case KIN_AMBIGUOUS:
			ereturn(escontext, false,
					(errcode(ERRCODE_KW_KINSHIP_NOT_ELIGIBLE),
					 errmsg("kinship is not eligible for mutual aid"),
					 errdetail("GB/T 4761 code %02d means \"%s\", which leaves open whether it is a close relative (rule ACT-03).",
							   code, entry->meaning),
					 errhint("Use the code or the label of the exact kinship.")));
		default:
			*kinship = entry->verdict;
			return true;
	}
}

/*
 * Return what the contributor is to the recipient.
 */
KinshipRelation
kw_kinship_inverse(KinshipRelation kinship)
{
	return get_info(kinship)->inverse;
}

/*
 * Fold the paternal and maternal relations into the plain one, which is all
 * that the rules distinguish.
 */
KinshipRelation
kw_kinship_class(KinshipRelation kinship)
{
	return get_info(kinship)->plain;
}

/*
 * Tell whether the relation is one of those that were eligible before the
 * policy: spouse, parent, child (rule ACT-04).
 */
bool
kw_kinship_is_immediate(KinshipRelation kinship)
{
	return get_info(kinship)->immediate;
}

/*
 * Return the English label, a constant.
 */
const char *
kw_kinship_label(KinshipRelation kinship)
{
	return get_info(kinship)->label;
}


/*
 * The part that talks to fmgr: unpack, call, return.
 */

PG_FUNCTION_INFO_V1(kinship_relation_in);
PG_FUNCTION_INFO_V1(kinship_relation_out);
PG_FUNCTION_INFO_V1(kinship_relation_recv);
PG_FUNCTION_INFO_V1(kinship_relation_send);
PG_FUNCTION_INFO_V1(kinship_relation_inverse);
PG_FUNCTION_INFO_V1(kinship_relation_is_immediate);
PG_FUNCTION_INFO_V1(kinship_relation_zh);
PG_FUNCTION_INFO_V1(kinship_relation_gbt4761);

Datum
kinship_relation_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	KinshipRelation kinship;
	int			code;

	if (kinship_from_word(str, &kinship))
		PG_RETURN_KINSHIP_RELATION(kinship);

	code = parse_gbt4761(str);
	if (code < 0)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						"kinship_relation", str)));

	if (!kinship_from_gbt4761(code, &kinship, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_KINSHIP_RELATION(kinship);
}

Datum
kinship_relation_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(pstrdup(kw_kinship_label(PG_GETARG_KINSHIP_RELATION(0))));
}

Datum
kinship_relation_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			code = pq_getmsgbyte(buf);

	if (!kinship_is_valid(code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s: %d",
						"kinship_relation", code)));
	PG_RETURN_KINSHIP_RELATION(code);
}

Datum
kinship_relation_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, PG_GETARG_KINSHIP_RELATION(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
kinship_relation_inverse(PG_FUNCTION_ARGS)
{
	PG_RETURN_KINSHIP_RELATION(kw_kinship_inverse(PG_GETARG_KINSHIP_RELATION(0)));
}

Datum
kinship_relation_is_immediate(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(kw_kinship_is_immediate(PG_GETARG_KINSHIP_RELATION(0)));
}

Datum
kinship_relation_zh(PG_FUNCTION_ARGS)
{
	const char *chinese = get_info(PG_GETARG_KINSHIP_RELATION(0))->chinese;

	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(chinese, strlen(chinese),
													  PG_UTF8)));
}

Datum
kinship_relation_gbt4761(PG_FUNCTION_ARGS)
{
	char	   *str = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			code = parse_gbt4761(str);
	KinshipRelation kinship;

	if (code < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid GB/T 4761 code: \"%s\"", str)));

	(void) kinship_from_gbt4761(code, &kinship, NULL);
	PG_RETURN_KINSHIP_RELATION(kinship);
}
