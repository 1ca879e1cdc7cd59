PG_CONFIG ?= pg_config

EXTENSION = kinwallet
MODULE_big = kinwallet
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(EXTENSION).control)

SRCS = \
	src/account.c \
	src/acting.c \
	src/alarm.c \
	src/args.c \
	src/audit.c \
	src/batch.c \
	src/bulk.c \
	src/calendar.c \
	src/catalog.c \
	src/catalog_tables.c \
	src/citizen_id.c \
	src/clearing.c \
	src/clearing_month.c \
	src/clearing_pair.c \
	src/clearing_parallel.c \
	src/clearing_scan.c \
	src/clock.c \
	src/door.c \
	src/duty.c \
	src/explain.c \
	src/hold.c \
	src/hold_state.c \
	src/kinship_relation.c \
	src/kinwallet.c \
	src/late_line.c \
	src/notice.c \
	src/parameter.c \
	src/person.c \
	src/plans.c \
	src/policy.c \
	src/premium.c \
	src/prepayment.c \
	src/proposal.c \
	src/purchase.c \
	src/refund.c \
	src/region_code.c \
	src/relation.c \
	src/relation_state.c \
	src/report.c \
	src/report_data.c \
	src/report_html.c \
	src/report_svg.c \
	src/rule_case.c \
	src/rules.c \
	src/seal.c \
	src/seal_hash.c \
	src/seal_scan.c \
	src/seal_verify.c \
	src/spend.c \
	src/spend_case.c \
	src/spend_rules.c \
	src/store.c \
	src/store_executor.c \
	src/store_find.c \
	src/store_rows.c \
	src/store_write.c \
	src/sweep.c \
	src/transfer.c \
	src/triggers.c \
	src/version.c \
	src/wallet.c \
	src/wallet_amount.c \
	src/wallet_amount_agg.c
OBJS = $(SRCS:.c=.o)
# the server's headers as system headers: their inline functions are not ours to warn of
PG_CPPFLAGS = -DKW_VERSION='"$(EXTVERSION)"' -I$(srcdir)/src -isystem $(shell $(PG_CONFIG) --includedir-server)

DATA_built = extension/$(EXTENSION)--$(EXTVERSION).sql
DOCS := $(wildcard doc/*.md)

REGRESS = \
	version \
	wallet_amount \
	kinship_relation \
	region_code \
	citizen_id \
	clock \
	partitions \
	guards \
	privileges \
	acting \
	credit \
	transfer \
	batch \
	store \
	deferred \
	soft_errors \
	errors \
	bad_input \
	relations \
	prepayment \
	reconcile \
	report \
	statistics \
	opclass \
	encoding \
	persons \
	clearing \
	clearing_scan \
	clearing_scan_parallel \
	lookups \
	spend \
	hold \
	premium \
	refund \
	notices
REGRESS_OPTS = --load-extension=$(EXTENSION) --encoding=UTF8

ISOLATION = \
	version \
	accept_vs_withdraw \
	batch_vs_batch \
	capture_vs_cancel \
	capture_vs_dissolve \
	capture_vs_sweep \
	credits_vs_batch \
	cut_off_seals \
	cut_off_vs_spend \
	establish_vs_establish \
	establish_vs_move \
	event_vs_event \
	hold_vs_freeze \
	hold_vs_spend \
	move_vs_move \
	policy_vs_transfer \
	posting_vs_posting \
	premium_vs_premium \
	refund_vs_dissolve \
	request_vs_same_request \
	revoke_vs_call \
	savepoint_vs_retry \
	spend_vs_dissolve \
	spend_vs_freeze \
	spend_vs_spend \
	spend_vs_transfers \
	sweep_vs_sweep \
	transfer_after_wait \
	transfer_vs_dissolve \
	transfer_vs_freeze \
	transfer_vs_move \
	transfer_vs_reverse_transfer \
	transfer_vs_transfer \
	cut_off \
	split \
	persons \
	split_cancelled \
	split_vs_confirm \
	prepayment
ISOLATION_OPTS = --inputdir=$(srcdir)/test/isolation --load-extension=$(EXTENSION)

.DEFAULT_GOAL := all

PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
ifneq ($(PGXS),)
include $(PGXS)

# doc/*.md have plain names: give them a directory of their own
docmoduledir := extension/$(EXTENSION)

# a changed header rebuilds everything: PGXS tracks no dependencies
$(OBJS): $(wildcard $(srcdir)/src/*.h)
src/kinwallet.o src/version.o: $(srcdir)/$(EXTENSION).control

extension/$(EXTENSION)--$(EXTVERSION).sql: $(sort $(wildcard $(srcdir)/extension/parts/*.sql))
	mkdir -p $(@D)
	cat $^ > $@

else
.DEFAULT all:
	@echo "$(PG_CONFIG) leads to no PGXS: install postgresql-server-dev-15, or set PG_CONFIG" >&2; exit 1
endif

# What follows works without PGXS: test and demo install what is missing, then
# call make again.
.PHONY: test mutants stress bench check-style checkver demo demo-stop dist matrix fuzz sanitize soak

test:
	@LONG='$(LONG)' REGRESS='$(REGRESS)' ISOLATION='$(ISOLATION)' bash tools/test.sh

matrix:
	@bash tools/matrix.sh

mutants:
	@bash tools/mutants.sh $(MUTANTS)

stress:
	@bash test/stress.sh '$(or $(SECONDS),30)'

fuzz:
	@bash tools/fuzz.sh '$(or $(SECONDS),60)'

sanitize:
	@bash tools/sanitize.sh

soak:
	@bash test/model/soak.sh '$(or $(MINUTES),60)'

bench:
	@bash bench/run.sh

check-style:
	@REGRESS='$(REGRESS)' ISOLATION='$(ISOLATION)' bash tools/check-style.sh

checkver:
	@bash tools/checkver.sh

demo:
	@bash tools/demo.sh start

demo-stop:
	@bash tools/demo.sh stop

DISTVERSION = $(shell sed -n 's/^	"version": "\(.*\)",/\1/p' META.json)

dist: checkver
	git archive --format zip --prefix=$(EXTENSION)-$(DISTVERSION)/ -o $(EXTENSION)-$(DISTVERSION).zip HEAD
