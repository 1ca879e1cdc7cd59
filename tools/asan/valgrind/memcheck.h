/*-------------------------------------------------------------------------
 *
 * memcheck.h
 *	  What PostgreSQL tells Valgrind about its memory, told to
 *	  AddressSanitizer instead.
 *
 * A server compiled with USE_VALGRIND says which bytes of a memory context
 * are allocated and which shared buffers are pinned; see its memdebug.h.  With
 * this file in the place of Valgrind's, a read past a palloc'd chunk, of freed
 * memory or of a page that nobody holds is an error of AddressSanitizer, ten
 * times faster.  It does not know what is initialized: those macros are empty.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_ASAN_MEMCHECK_H
#define KW_ASAN_MEMCHECK_H

#include <sanitizer/asan_interface.h>

#define VALGRIND_MAKE_MEM_DEFINED(addr, size)	ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define VALGRIND_MAKE_MEM_UNDEFINED(addr, size) ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define VALGRIND_MAKE_MEM_NOACCESS(addr, size)	ASAN_POISON_MEMORY_REGION(addr, size)

#define VALGRIND_CREATE_MEMPOOL(context, redzones, zeroed)	((void) 0)
#define VALGRIND_DESTROY_MEMPOOL(context)	((void) 0)
#define VALGRIND_MEMPOOL_ALLOC(context, addr, size)	ASAN_UNPOISON_MEMORY_REGION(addr, size)
/* freed chunks are wiped, and poisoned, by the server itself */
#define VALGRIND_MEMPOOL_FREE(context, addr)	((void) 0)
#define VALGRIND_MEMPOOL_CHANGE(context, optr, nptr, size)	ASAN_UNPOISON_MEMORY_REGION(nptr, size)

#define VALGRIND_CHECK_MEM_IS_DEFINED(addr, size)	((void) 0)
#define VALGRIND_GET_VBITS(addr, bits, size)	0

#endif							/* KW_ASAN_MEMCHECK_H */
