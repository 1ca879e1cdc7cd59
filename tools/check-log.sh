#!/bin/bash
#
# check-log.sh LOG...: prints the lines of server logs that no test may cause,
# whatever it says of itself.  Silence is good.
#
#	- a process that died, a failed assertion, a report of a sanitizer;
#	- what a backend found open at the end of a transaction or of itself:
#	  buffers, relations, snapshots, plans, files, memory;
#	- a memory context written past a chunk's end.
#
# check-log.sh --killed LOG...: of servers whose processes a test has killed, or
# whose disk it has filled: what has leaked, and failed assertions, alone.
#
# check-log.sh --test: whether each of these is found, and nothing else.
#
set -uo pipefail

died='PANIC:|was terminated by signal|'
pattern='TRAP:|ERROR: (Address|Leak|UndefinedBehavior)Sanitizer|: runtime error: '
# 15 and 16 name what has leaked, 17 says "resource was not closed"
pattern+='|WARNING:  ((local )?buffer refcount leak|[A-Za-z ]+ leak: |leaked |leaking |resource was not closed'
pattern+='|problem in |detected write past|registered snapshots seem|snapshot [^ ]+ still active|(sub)?transaction left non-empty'
pattern+='|you don.t own a lock|failed to (delete|re-find)|cannot remove relcache entry|skipping cleanup for portal|(Start|Commit|Prepare|Abort)[A-Za-z]* while in)'

check()
{
	grep -nE "$died$pattern" "$@"
}

# what the server says, in its versions' words
self_test()
{
	local line

	while IFS= read -r line; do
		check <<< "$line" >/dev/null || echo "not found: $line"
	done <<-'LOG'
		PANIC:  stuck spinlock detected
		TRAP: FailedAssertion("n > 0", File: "store.c", Line: 1, PID: 1)
		LOG:  server process (PID 1) was terminated by signal 11: Segmentation fault
		==1==ERROR: AddressSanitizer: use-after-poison on address 0x1
		src/store.c:1:1: runtime error: shift exponent 64 is too large
		WARNING:  buffer refcount leak: [012] (rel=base/1/2, blockNum=0, flags=0x1, refcount=1 1)
		WARNING:  relcache reference leak: relation "wallet" not closed
		WARNING:  cache reference leak: cache pg_class (1), tuple 1/1 has count 1
		WARNING:  TupleDesc reference leak: TupleDesc 0x1 (1,-1) still referenced
		WARNING:  Snapshot reference leak: Snapshot 0x1 still referenced
		WARNING:  plancache reference leak: plan 0x1 not closed
		WARNING:  temporary file leak: File 1 still referenced
		WARNING:  leaked hash_seq_search scan for hash table 0x1
		WARNING:  resource was not closed: relation "wallet"
		WARNING:  problem in alloc set kinwallet: detected write past chunk end in block 0x1, chunk 0x1
		WARNING:  you don't own a lock of type RowExclusiveLock
		WARNING:  transaction left non-empty SPI stack
		WARNING:  subtransaction left non-empty SPI stack
		WARNING:  snapshot 0x1 still active
		WARNING:  AbortSubTransaction while in DEFAULT state
	LOG
	while IFS= read -r line; do
		! check <<< "$line" || echo "found: $line"
	done <<-'LOG'
		LOG:  database system is ready to accept connections
		WARNING:  there is no transaction in progress
		WARNING:  the site's memo says: water leaks from the pipe at the clinic
		ERROR:  request id was already used
		STATEMENT:  SELECT 'WARNING: leak' FROM t
	LOG
}

case ${1-} in
	--test)
		self_test
		;;
	'')
		echo "usage: check-log.sh [--killed] LOG... | --test" >&2
		exit 2
		;;
	--killed)
		shift
		died=
		check "$@"
		;;
	*)
		check "$@"
		;;
esac
