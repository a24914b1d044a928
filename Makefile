# inquest: one Makefile, no recursion. Every variant is built beside the others in build/<variant>/:
# release, clang, asan (address and undefined behaviour), tsan, coverage. `make help` lists what there is.

VERSION := 0.1.0
VARIANTS := release zlib clang asan tsan coverage fuzz
PREFIX ?= /usr/local
WERROR ?=
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

ifneq ($(filter 3.%,$(MAKE_VERSION)),)
$(error GNU make 4 is needed (on macOS: brew install make, then gmake instead of make))
endif
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
comma := ,
PARALLEL := $(if $(findstring j,$(firstword -$(MAKEFLAGS))),,-j$(JOBS))
MAKEFLAGS += --no-builtin-rules $(PARALLEL)

# What the system has: written by tools/setup, included, and made again when it changes (make then starts over by
# itself). `make demo` and `make test` may install what is missing; every other goal only names it. What builds the
# unit tests needs Criterion as well.
NO_CONFIG := clean help dist deb lint
ifneq ($(filter-out $(NO_CONFIG),$(or $(MAKECMDGOALS),all)),)
include build/config.mk
endif
INSTALLING := $(filter demo test,$(MAKECMDGOALS))
TESTING := $(filter test coverage $(VARIANTS) $(VARIANTS:%=%-build),$(filter-out fuzz,$(MAKECMDGOALS)))
build/config.mk: $(if $(INSTALLING)$(TESTING),FORCE) tools/setup Makefile
	@mkdir -p build
	@tools/setup $(if $(INSTALLING),--install,--check) $(if $(TESTING),--tests) --write $@

# `make -s` is silent.
say := $(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)

# ---- flags ----------------------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wswitch-enum -Wwrite-strings -Wundef -Wcast-qual $(if $(filter 1,$(WERROR)),-Werror)
CPPFLAGS_ALL = -I. -D_GNU_SOURCE -DINQUEST_VERSION='"$(VERSION)"' $(CONFIG_CPPFLAGS) $(CPPFLAGS)
CFLAGS_ALL = -std=c17 $(WARNINGS) -pthread -MMD -MP
LDLIBS_ALL = $(CONFIG_LIBS) -lm -pthread $(LDLIBS)

release_CC := $(if $(filter default undefined,$(origin CC)),$(if $(shell command -v gcc),gcc,cc),$(CC))
release_CFLAGS := -O2 -g
# Without ISA-L: for what the benchmarks say of systems that have none.
zlib_CC := $(release_CC)
zlib_CFLAGS := -O2 -g -UHAVE_ISAL
clang_CC := clang
clang_CFLAGS := -O2 -g
asan_CC := $(release_CC)
asan_CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
tsan_CC := $(release_CC)
tsan_CFLAGS := -O1 -g -fsanitize=thread
coverage_CC := $(release_CC)
coverage_CFLAGS := -O0 -g --coverage
fuzz_CC := clang
fuzz_CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all

# ---- sources --------------------------------------------------------------------------------------------------------

FORMATS := $(sort $(wildcard ingest/formats/*.c))
CAUSES := $(sort $(wildcard analyze/causes/*.c))
RENDERERS := $(sort $(wildcard report/renderers/*.c))
TARGETS := $(sort $(wildcard export/targets/*.c))
COMMANDS := $(sort $(wildcard cli/cmd_*.c))
ASSETS := $(sort $(wildcard report/assets/* analyze/data/*))
SOURCES := $(sort $(filter-out cli/main.c fixtures/main.c store/extension.c,$(wildcard core/*.c ingest/*.c store/*.c analyze/*.c \
	report/*.c export/*.c cli/*.c fixtures/*.c)) $(FORMATS) $(CAUSES) $(RENDERERS) $(TARGETS))
MAINS := $(wildcard cli/main.c fixtures/main.c)
EXTENSION := $(sort $(wildcard core/*.c store/*.c))
FOREIGN_ASSETS := build/assets/dygraphs.js build/assets/dygraphs.about
UNIT := $(sort $(wildcard tests/unit/*.c))
BROWSER := $(sort $(wildcard tests/browser/*.c)) tests/unit/sample_case.c
FUZZERS := $(sort $(wildcard tests/fuzz/*.c))
FAULTS := $(sort $(wildcard tests/fault/*.c))
GENERATED := $(if $(FORMATS),format_registry) $(if $(CAUSES),cause_registry) $(if $(RENDERERS),renderer_registry) \
	$(if $(TARGETS),export_registry) \
	$(if $(COMMANDS),command_registry) $(if $(ASSETS),assets)

# A registry is a const table over the file names of a folder, ending with NULL.
# $(call registry,header,struct,prefix,table,ids)
define registry
/* Generated from the file names; see the Makefile. */
#include "$(1)"

$(foreach id,$(5),extern const struct $(2) $(3)_$(id);
)
const struct $(2) *const $(4)[] = {
$(foreach id,$(5),	&$(3)_$(id),
)	NULL,
};
endef
ids = $(patsubst $(2)%,%,$(basename $(notdir $(1))))
format_registry_TEXT = $(call registry,ingest/format.h,format,format,format_registry,$(call ids,$(FORMATS)))
cause_registry_TEXT = $(call registry,analyze/inquiry.h,cause_rule,cause,cause_registry,$(call ids,$(CAUSES)))
renderer_registry_TEXT = $(call registry,report/renderer.h,renderer,renderer,renderer_registry,$(call ids,$(RENDERERS)))
export_registry_TEXT = $(call registry,export/target.h,export_target,export,export_registry,$(call ids,$(TARGETS)))
command_registry_TEXT = $(call registry,cli/command.h,command,command,command_registry,$(call ids,$(COMMANDS),cmd_))

# Rewrites a file only when its text changed, so that what depends on it is not rebuilt in vain.
# $(call write_if_changed,file,text)
define write_if_changed
$(shell mkdir -p $(dir $(1)))$(file >$(1).new,$(2))@if cmp -s $(1).new $(1); then rm -f $(1).new; else mv $(1).new $(1); fi
endef

# The chart library of the page: the distribution's, npm's, or none.
build/assets/dygraphs.js: tools/dygraphs tools/dygraphs.license build/config.mk
	@tools/dygraphs build/assets $(CONFIG_DYGRAPHS)
build/assets/dygraphs.about: build/assets/dygraphs.js ;

EXTENSION_LDFLAGS := $(if $(filter Darwin,$(shell uname -s)),-Wl$(comma)-dead_strip,-Wl$(comma)-z$(comma)defs -Wl$(comma)--gc-sections)

# ---- rules of one variant -------------------------------------------------------------------------------------------

define variant_rules
B_$(1) := build/$(1)
OBJECTS_$(1) := $$(SOURCES:%.c=build/$(1)/%.o) $$(GENERATED:%=build/$(1)/gen/%.o)
PROGRAMS_$(1) := $$(if $$(filter cli/main.c,$$(MAINS)),build/$(1)/inquest) \
	$$(if $$(filter fixtures/main.c,$$(MAINS)),build/$(1)/inquest-fixture)
UNIT_$(1) := $$(if $$(UNIT),build/$(1)/unit)
FUZZERS_$(1) := $$(FUZZERS:tests/fuzz/%.c=build/$(1)/fuzz-%)
REPLAYS_$(1) := $$(FUZZERS:tests/fuzz/%.c=build/$(1)/replay-%) $$(if $$(FUZZERS),build/$(1)/fuzz-seeds)
FAULTS_$(1) := $$(FAULTS:tests/fault/%.c=build/$(1)/%.so)

build/$(1)/%.o: %.c build/$(1)/gen/flags
	@mkdir -p $$(@D)
	@$$(say) "  CC $$@"
	@$$($(1)_CC) $$(CPPFLAGS_ALL) $$(CFLAGS_ALL) $$($(1)_CFLAGS) $$(CFLAGS) -c -o $$@ $$<
build/$(1)/gen/%.o: build/$(1)/gen/%.c build/$(1)/gen/flags
	@$$(say) "  CC $$@"
	@$$($(1)_CC) $$(CPPFLAGS_ALL) $$(CFLAGS_ALL) $$($(1)_CFLAGS) $$(CFLAGS) -c -o $$@ $$<

$$(patsubst %,build/$(1)/gen/%.c,$$(filter %_registry,$$(GENERATED))): build/$(1)/gen/%_registry.c: FORCE
	$$(call write_if_changed,$$@,$$($$*_registry_TEXT))
# Each report/assets/<name>.<ext> as `const unsigned char asset_<name>_<ext>[]` and `const size_t asset_<name>_<ext>_bytes`.
build/$(1)/gen/assets.c: tools/embed $$(ASSETS) $$(FOREIGN_ASSETS)
	@mkdir -p $$(@D)
	@tools/embed $$(ASSETS) $$(FOREIGN_ASSETS) > $$@
# The list of objects: a file that is gone or new makes a new archive. Other flags make new objects.
build/$(1)/gen/objects: FORCE
	$$(call write_if_changed,$$@,$$(OBJECTS_$(1)))
build/$(1)/gen/flags: FORCE
	$$(call write_if_changed,$$@,$$($(1)_CC) $$(CPPFLAGS_ALL) $$(filter-out -Werror,$$(CFLAGS_ALL)) $$($(1)_CFLAGS) $$(CFLAGS))
build/$(1)/libinquest.a: $$(OBJECTS_$(1)) build/$(1)/gen/objects
	@rm -f $$@
	@$$(say) "  AR $$@"
	@$$(AR) rcs $$@ $$(OBJECTS_$(1))

build/$(1)/inquest: build/$(1)/cli/main.o build/$(1)/libinquest.a
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) $$(LDLIBS_ALL)
# For other programs' SQLite: position-independent, without a symbol but its entry, and with none of SQLite's left to be found.
build/$(1)/extension/%.o: %.c build/$(1)/gen/flags
	@mkdir -p $$(@D)
	@$$(say) "  CC $$@"
	@$$($(1)_CC) $$(CPPFLAGS_ALL) -DINQUEST_EXTENSION $$(CFLAGS_ALL) $$($(1)_CFLAGS) $$(CFLAGS) -fPIC -fvisibility=hidden -ffunction-sections -c -o $$@ $$<
build/$(1)/inquest.so: $$(EXTENSION:%.c=build/$(1)/extension/%.o)
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$(LDFLAGS) -shared $$(EXTENSION_LDFLAGS) -o $$@ $$^ $$(CONFIG_EXTENSION_LIBS) -lm -pthread
build/$(1)/inquest-fixture: build/$(1)/fixtures/main.o build/$(1)/libinquest.a
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) $$(LDLIBS_ALL)
# Criterion's tests are linked without PIE: its parameter passing needs fixed addresses.
build/$(1)/unit: $$(UNIT:%.c=build/$(1)/%.o) build/$(1)/libinquest.a
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$(LDFLAGS) -no-pie -o $$@ $$(filter %.o %.a,$$^) $$(CONFIG_CRITERION_LIBS) $$(LDLIBS_ALL)
build/$(1)/browse: $$(BROWSER:%.c=build/$(1)/%.o) build/$(1)/libinquest.a
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) $$(LDLIBS_ALL)
build/$(1)/validate: build/$(1)/tests/schema/main.o build/$(1)/tests/unit/schema.o build/$(1)/libinquest.a
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) $$(LDLIBS_ALL)
# Preloaded by the tests of faults: never built with a sanitizer, which would want to come first.
build/$(1)/%.so: tests/fault/%.c build/$(1)/gen/flags
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$(CPPFLAGS_ALL) -U_FILE_OFFSET_BITS $$(filter-out -MMD -MP,$$(CFLAGS_ALL)) -Wno-pedantic -O1 -g -fPIC -shared -o $$@ $$< -ldl
build/$(1)/fuzz-seeds: build/$(1)/tests/fuzz/seeds/main.o build/$(1)/libinquest.a
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) $$(LDLIBS_ALL)
build/$(1)/fuzz-%: build/$(1)/tests/fuzz/%.o build/$(1)/libinquest.a
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) -fsanitize=fuzzer $$(LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) $$(LDLIBS_ALL)
build/$(1)/replay-%: build/$(1)/tests/fuzz/%.o build/$(1)/tests/fuzz/replay/main.o build/$(1)/libinquest.a
	@$$(say) "  LD $$@"
	@$$($(1)_CC) $$($(1)_CFLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o %.a,$$^) $$(LDLIBS_ALL)

.PHONY: $(1)
$(1)-build: $$(PROGRAMS_$(1)) $$(UNIT_$(1)) $$(REPLAYS_$(1)) $$(FAULTS_$(1)) build/$(1)/browse build/$(1)/validate build/$(1)/libinquest.a \
	$$(if $$(filter release,$(1)),build/release/inquest.so)
.PHONY: $(1)-build
-include $$(shell test -d build/$(1) && find build/$(1) -name '*.d')
endef
$(foreach v,$(VARIANTS),$(eval $(call variant_rules,$(v))))

# ---- goals ----------------------------------------------------------------------------------------------------------

.PHONY: FORCE all demo test asan tsan fuzz bench instructions accuracy lint coverage golden-update golden-record transcript install uninstall dist deb clean help
FORCE:

all: $(PROGRAMS_release) build/release/libinquest.a build/release/inquest.so ## the programs and the extension of SQLite, optimised
release clang: %: %-build ## one variant with its tests; also asan-build, tsan-build, coverage-build

demo: $(PROGRAMS_release) ## generate a reference incident's logs and investigate them
	@rm -rf demo
	@mkdir -p demo
	@build/release/inquest-fixture slow-query -o demo
	@build/release/inquest investigate demo/logs -o demo/report

test: release-build ## every test; the last line is "N passed, N failed"
	@JOBS=$(JOBS) tests/run build/release --accuracy

asan: asan-build ## unit and end-to-end tests under the address and undefined behaviour sanitizers
	@JOBS=$(JOBS) tests/run build/asan

# Criterion aborts under ThreadSanitizer, so races are looked for by running the program itself.
tsan: tsan-build ## end-to-end tests under the thread sanitizer
	@tests/run-cli build/tsan

fuzz: $(FUZZERS_fuzz) build/fuzz/fuzz-seeds ## every fuzz target for FUZZ_SECONDS (default 60)
	@tests/run-fuzz build/fuzz $(or $(FUZZ_SECONDS),60)

BENCH := measure count lookup generate made_store
$(BENCH:%=build/release/%): build/release/%: build/release/tests/bench/%.o build/release/libinquest.a
	@$(say) "  LD $@"
	@$(release_CC) $(release_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LDLIBS_ALL)

bench: $(PROGRAMS_release) build/zlib/inquest $(BENCH:%=build/release/%) ## speed, memory, size beside zcat and other tools, with counts checked against grep and awk; MB=1024 for more
	@tests/run-bench build/release build/zlib
	@tests/run-bench-analysis build/release

instructions: build/release/inquest build/release/generate ## instructions an ingest takes under valgrind, held against tests/instructions.bound
	@tests/run-instructions build/release

accuracy: $(PROGRAMS_release) ## found, rank, onset error, false alarms, ruled out: a table over cases with a known cause
	@tests/run-accuracy build/release

lint: ## static analysis: the tree's rules, cppcheck, clang-tidy
	@tools/lint

coverage: coverage-build ## which lines the tests reach
	@find build/coverage -name '*.gcda' -delete
	@JOBS=$(JOBS) tests/run build/coverage
	@tools/coverage build/coverage

golden-update: release-build ## record what renderers and the end-to-end tests print now as what they expect
	@GOLDEN_UPDATE=1 build/release/unit >/dev/null 2>&1; tests/run-unit build/release/unit
	@tests/run-cli build/release --update
	@tools/tables build/release

golden-record: release-build ## record what is found in the reference incidents anew, for the goldens of renderers
	@rm -rf build/references
	@for name in auth-timeout crumble slow-query stale-session traffic-surge; do \
		build/release/inquest-fixture -q $$name -o build/references/$$name && \
		build/release/inquest investigate -q build/references/$$name/logs -o build/references/$$name >/dev/null && \
		rm -rf build/references/$$name/logs || exit 1; done
	@RECORD_FROM=build/references GOLDEN_UPDATE=1 build/release/unit --filter 'reference/*' >/dev/null 2>&1; tests/run-unit build/release/unit

transcript: $(PROGRAMS_release) ## write what `make demo` and `make accuracy` print now into README.md, with the picture
	@tools/transcript build/release

install: all ## into PREFIX (default /usr/local), under DESTDIR
	@DESTDIR='$(DESTDIR)' tools/install build/release '$(PREFIX)'

uninstall: all ## take away what install put there
	@DESTDIR='$(DESTDIR)' tools/install --remove build/release '$(PREFIX)'

# Names, times, owners and modes in the tarball come from the commit alone, so that everybody's has the same bytes; it
# names the commit (git get-tar-commit-id).
dist: ## inquest-VERSION.tar.gz of what is committed
	git -c tar.umask=0022 -c core.autocrlf=false archive --prefix=inquest-$(VERSION)/ -o inquest-$(VERSION).tar HEAD
	gzip -9nf inquest-$(VERSION).tar

deb: ## build/deb/inquest_VERSION_ARCH.deb, of the tree as it is
	@tools/deb build/deb

clean: ## remove everything that was built
	rm -rf build demo

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z -]*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
