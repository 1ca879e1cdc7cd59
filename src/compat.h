/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  The only file that asks for PG_VERSION_NUM: what differs between the
 *	  supported PostgreSQL versions (15 and later), so that the rest of the
 *	  code is written once, in the words of the newest.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_COMPAT_H
#define KW_COMPAT_H

#include "postgres.h"
#include "fmgr.h"

/* Soft errors came with 16: before, an invalid literal can only throw. */
#if PG_VERSION_NUM >= 160000
#include "access/tableam.h"
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#define ereturn(context, dummy_value, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#endif

/* 18 lets a library say who it is */
#ifndef PG_MODULE_MAGIC_EXT
#define PG_MODULE_MAGIC_EXT(...)	PG_MODULE_MAGIC
#endif

/* 18 says it in front, as C11 does */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

/* 16 gave DecodeDateTime one more argument and settings their own allocator */
#if PG_VERSION_NUM >= 160000
#define kw_DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz) \
	DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz, &(DateTimeErrorExtra) {0})
#define kw_guc_malloc(size)	guc_malloc(LOG, size)
#define kw_guc_free(p)		guc_free(p)
#else
#define kw_DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz) \
	DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz)
#define kw_guc_malloc(size)	malloc(size)
#define kw_guc_free(p)		free(p)
#endif

/* 16 made one ownership check of many */
#if PG_VERSION_NUM >= 160000
#define kw_relation_ownercheck(relid, userid) \
	object_ownercheck(RelationRelationId, relid, userid)
#else
#define kw_relation_ownercheck(relid, userid) \
	pg_class_ownercheck(relid, userid)
#endif

/* 16 moved what an update sets out of the range table entry; 18 counts entries that runtime pruning left */
#if PG_VERSION_NUM >= 160000
#define kw_set_updated_columns(rte, permissions, columns) \
	(addRTEPermissionInfo(permissions, rte)->updatedCols = (columns))
#define kw_EvalPlanQualInit(epq, estate, subplan, rowmarks, param) \
	EvalPlanQualInit(epq, estate, subplan, rowmarks, param, NIL)
#else
#define kw_set_updated_columns(rte, permissions, columns) \
	((rte)->updatedCols = (columns))
#define kw_EvalPlanQualInit(epq, estate, subplan, rowmarks, param) \
	EvalPlanQualInit(epq, estate, subplan, rowmarks, param)
#endif

#if PG_VERSION_NUM >= 180000
#define kw_ExecInitRangeTable(estate, rtes, permissions) \
	ExecInitRangeTable(estate, rtes, permissions, bms_add_range(NULL, 1, list_length(rtes)))
#elif PG_VERSION_NUM >= 160000
#define kw_ExecInitRangeTable(estate, rtes, permissions) \
	ExecInitRangeTable(estate, rtes, permissions)
#else
#define kw_ExecInitRangeTable(estate, rtes, permissions) \
	ExecInitRangeTable(estate, rtes)
#endif

/* 16 says by an enum which indexes an update needs */
#if PG_VERSION_NUM >= 160000
typedef TU_UpdateIndexes KwUpdateIndexes;
#define kw_update_needs_indexes(u)	((u) != TU_None)
#define kw_update_only_summarizing(u)	((u) == TU_Summarizing)
#define kw_ExecInsertIndexTuples(rri, slot, estate, update, summarizing) \
	ExecInsertIndexTuples(rri, slot, estate, update, false, NULL, NIL, summarizing)
#else
typedef bool KwUpdateIndexes;
#define kw_update_needs_indexes(u)	(u)
#define kw_update_only_summarizing(u)	false
#define kw_ExecInsertIndexTuples(rri, slot, estate, update, summarizing) \
	ExecInsertIndexTuples(rri, slot, estate, update, false, NULL, NIL)
#endif

/* 16 asks a descent of a btree for the table, 17 no more for the snapshot */
#if PG_VERSION_NUM >= 170000
#define kw_bt_search(index, table, key, leaf, access, snapshot) \
	_bt_search(index, table, key, leaf, access)
#elif PG_VERSION_NUM >= 160000
#define kw_bt_search(index, table, key, leaf, access, snapshot) \
	_bt_search(index, table, key, leaf, access, snapshot)
#else
#define kw_bt_search(index, table, key, leaf, access, snapshot) \
	_bt_search(index, key, leaf, access, snapshot)
#endif

#if PG_VERSION_NUM >= 180000
#define kw_ExecBRUpdateTriggers(estate, epq, rri, tid, slot, tmfd) \
	ExecBRUpdateTriggers(estate, epq, rri, tid, NULL, slot, NULL, tmfd, false)
#elif PG_VERSION_NUM >= 160000
#define kw_ExecBRUpdateTriggers(estate, epq, rri, tid, slot, tmfd) \
	ExecBRUpdateTriggers(estate, epq, rri, tid, NULL, slot, NULL, tmfd)
#else
#define kw_ExecBRUpdateTriggers(estate, epq, rri, tid, slot, tmfd) \
	ExecBRUpdateTriggers(estate, epq, rri, tid, NULL, slot, tmfd)
#endif

/* 18 asks which primary keys count, and takes a place for an index scan's statistics */
#if PG_VERSION_NUM >= 180000
#define kw_RelationGetPrimaryKeyIndex(rel)	RelationGetPrimaryKeyIndex(rel, false)
#define kw_index_beginscan(heap, index, snapshot, nkeys, norderbys) \
	index_beginscan(heap, index, snapshot, NULL, nkeys, norderbys)
#else
#define kw_RelationGetPrimaryKeyIndex(rel)	RelationGetPrimaryKeyIndex(rel)
#define kw_index_beginscan(heap, index, snapshot, nkeys, norderbys) \
	index_beginscan(heap, index, snapshot, nkeys, norderbys)
#endif

/*
 * 17 split the reading of a page from its preparation for a page-at-a-time
 * scan; scan is one of table_beginscan_strat().
 */
#if PG_VERSION_NUM >= 170000
#define kw_heap_getpage(scan, block) \
	do { \
		HeapScanDesc heap_ = (HeapScanDesc) (scan); \
		if (BufferIsValid(heap_->rs_cbuf)) \
			ReleaseBuffer(heap_->rs_cbuf); \
		heap_->rs_cbuf = ReadBufferExtended(heap_->rs_base.rs_rd, MAIN_FORKNUM, (block), \
											RBM_NORMAL, heap_->rs_strategy); \
		heap_->rs_cblock = (block); \
		heap_prepare_pagescan(scan); \
	} while (0)
#else
#define kw_heap_getpage(scan, block)	heapgetpage(scan, block)
#endif

/* ask for memory that is read soon; never faults */
#if defined(__GNUC__)
#define kw_prefetch(address)	__builtin_prefetch(address)
#else
#define kw_prefetch(address)	((void) (address))
#endif

#endif							/* KW_COMPAT_H */
