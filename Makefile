EXTENSION = kinwallet
MODULE_big = kinwallet
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(EXTENSION).control)

SRCS = \
	src/kinwallet.c \
	src/wallet_amount.c \
	src/wallet_amount_agg.c \
	src/kinship_relation.c \
	src/region_code.c \
	src/citizen_id.c
OBJS = $(SRCS:.c=.o)
PG_CPPFLAGS = -I$(srcdir)/src

DATA_built = extension/kinwallet--1.0.sql

REGRESS = \
	wallet_amount \
	kinship_relation \
	region_code \
	citizen_id \
	opclass
REGRESS_OPTS = --load-extension=$(EXTENSION) --encoding=UTF8

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# a changed header rebuilds everything: PGXS tracks no dependencies
$(OBJS): $(wildcard $(srcdir)/src/*.h)

extension/kinwallet--1.0.sql: $(sort $(wildcard extension/parts/*.sql))
	cat $^ > $@
