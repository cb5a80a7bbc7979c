## Fuzz targets of the parsers. make check replays each (data/test_replay.c): its corpus, and thousands of
## inputs made from that by seeded changes. With CC=clang and --enable-fuzzing, `make fuzz MINUTES=10` runs
## each of them under libFuzzer for so long, and says what it reached.
noinst_HEADERS += tests/fuzz.h

check_PROGRAMS += tests/data/test_fuzz_idx
tests_data_test_fuzz_idx_SOURCES = tests/data/fuzz_idx.c tests/data/test_replay.c
tests_data_test_fuzz_idx_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-idx"'
tests_data_test_fuzz_idx_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_picture
tests_data_test_fuzz_picture_SOURCES = tests/data/fuzz_picture.c tests/data/test_replay.c
tests_data_test_fuzz_picture_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-picture"'
tests_data_test_fuzz_picture_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_archive
tests_data_test_fuzz_archive_SOURCES = tests/data/fuzz_archive.c tests/data/test_replay.c
tests_data_test_fuzz_archive_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-archive"'
tests_data_test_fuzz_archive_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_csv
tests_data_test_fuzz_csv_SOURCES = tests/data/fuzz_csv.c tests/data/test_replay.c
tests_data_test_fuzz_csv_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-csv"'
tests_data_test_fuzz_csv_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_npy
tests_data_test_fuzz_npy_SOURCES = tests/data/fuzz_npy.c tests/data/test_replay.c
tests_data_test_fuzz_npy_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-npy"'
tests_data_test_fuzz_npy_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_labels
tests_data_test_fuzz_labels_SOURCES = tests/data/fuzz_labels.c tests/data/test_replay.c
tests_data_test_fuzz_labels_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-labels"'
tests_data_test_fuzz_labels_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/models/test_fuzz_tensors
tests_models_test_fuzz_tensors_SOURCES = tests/models/fuzz_tensors.c tests/data/test_replay.c
tests_models_test_fuzz_tensors_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/models/corpus"'
tests_models_test_fuzz_tensors_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/models/test_fuzz_model
tests_models_test_fuzz_model_SOURCES = tests/models/fuzz_model.c tests/data/test_replay.c
tests_models_test_fuzz_model_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/models/corpus-model"'
tests_models_test_fuzz_model_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_tags
tests_app_test_fuzz_tags_SOURCES = tests/app/fuzz_tags.c tests/data/test_replay.c
tests_app_test_fuzz_tags_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-tags"'
tests_app_test_fuzz_tags_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_suspects
tests_app_test_fuzz_suspects_SOURCES = tests/app/fuzz_suspects.c tests/data/test_replay.c
tests_app_test_fuzz_suspects_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-suspects"'
tests_app_test_fuzz_suspects_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_notes
tests_app_test_fuzz_notes_SOURCES = tests/app/fuzz_notes.c tests/data/test_replay.c
tests_app_test_fuzz_notes_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-notes"'
tests_app_test_fuzz_notes_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_fuzz_costs
tests_eval_test_fuzz_costs_SOURCES = tests/eval/fuzz_costs.c tests/data/test_replay.c
tests_eval_test_fuzz_costs_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/eval/corpus-costs"'
tests_eval_test_fuzz_costs_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/base/test_fuzz_text
tests_base_test_fuzz_text_SOURCES = tests/base/fuzz_text.c tests/data/test_replay.c
tests_base_test_fuzz_text_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/base/corpus-text"'
tests_base_test_fuzz_text_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_fuzz_language
tests_commands_test_fuzz_language_SOURCES = tests/commands/fuzz_language.c tests/data/test_replay.c
tests_commands_test_fuzz_language_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/commands/corpus-language"'
tests_commands_test_fuzz_language_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_fuzz_study
tests_commands_test_fuzz_study_SOURCES = tests/commands/fuzz_study.c tests/data/test_replay.c
tests_commands_test_fuzz_study_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/commands/corpus-study"'
tests_commands_test_fuzz_study_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/ui/test_fuzz_input
tests_ui_test_fuzz_input_SOURCES = tests/ui/fuzz_input.c tests/data/test_replay.c
tests_ui_test_fuzz_input_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/ui/corpus-input"'
tests_ui_test_fuzz_input_LDADD = $(TEST_LIBS)

if FUZZING

EXTRA_PROGRAMS += tests/data/fuzz_idx
tests_data_fuzz_idx_SOURCES = tests/data/fuzz_idx.c
tests_data_fuzz_idx_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_data_fuzz_idx_LDADD = $(SARTOR_LIBS)
tests_data_fuzz_idx_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/data/fuzz_picture
tests_data_fuzz_picture_SOURCES = tests/data/fuzz_picture.c
tests_data_fuzz_picture_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_data_fuzz_picture_LDADD = $(SARTOR_LIBS)
tests_data_fuzz_picture_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/data/fuzz_archive
tests_data_fuzz_archive_SOURCES = tests/data/fuzz_archive.c
tests_data_fuzz_archive_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_data_fuzz_archive_LDADD = $(SARTOR_LIBS)
tests_data_fuzz_archive_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/data/fuzz_csv
tests_data_fuzz_csv_SOURCES = tests/data/fuzz_csv.c
tests_data_fuzz_csv_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_data_fuzz_csv_LDADD = $(SARTOR_LIBS)
tests_data_fuzz_csv_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/data/fuzz_npy
tests_data_fuzz_npy_SOURCES = tests/data/fuzz_npy.c
tests_data_fuzz_npy_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_data_fuzz_npy_LDADD = $(SARTOR_LIBS)
tests_data_fuzz_npy_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/data/fuzz_labels
tests_data_fuzz_labels_SOURCES = tests/data/fuzz_labels.c
tests_data_fuzz_labels_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_data_fuzz_labels_LDADD = $(SARTOR_LIBS)
tests_data_fuzz_labels_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/models/fuzz_tensors
tests_models_fuzz_tensors_SOURCES = tests/models/fuzz_tensors.c
tests_models_fuzz_tensors_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_models_fuzz_tensors_LDADD = $(SARTOR_LIBS)
tests_models_fuzz_tensors_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/models/fuzz_model
tests_models_fuzz_model_SOURCES = tests/models/fuzz_model.c
tests_models_fuzz_model_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_models_fuzz_model_LDADD = $(SARTOR_LIBS)
tests_models_fuzz_model_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/app/fuzz_tags
tests_app_fuzz_tags_SOURCES = tests/app/fuzz_tags.c
tests_app_fuzz_tags_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_app_fuzz_tags_LDADD = $(SARTOR_LIBS)
tests_app_fuzz_tags_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/app/fuzz_suspects
tests_app_fuzz_suspects_SOURCES = tests/app/fuzz_suspects.c
tests_app_fuzz_suspects_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_app_fuzz_suspects_LDADD = $(SARTOR_LIBS)
tests_app_fuzz_suspects_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/app/fuzz_notes
tests_app_fuzz_notes_SOURCES = tests/app/fuzz_notes.c
tests_app_fuzz_notes_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_app_fuzz_notes_LDADD = $(SARTOR_LIBS)
tests_app_fuzz_notes_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/eval/fuzz_costs
tests_eval_fuzz_costs_SOURCES = tests/eval/fuzz_costs.c
tests_eval_fuzz_costs_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_eval_fuzz_costs_LDADD = $(SARTOR_LIBS)
tests_eval_fuzz_costs_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/base/fuzz_text
tests_base_fuzz_text_SOURCES = tests/base/fuzz_text.c
tests_base_fuzz_text_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_base_fuzz_text_LDADD = $(SARTOR_LIBS)
tests_base_fuzz_text_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/commands/fuzz_language
tests_commands_fuzz_language_SOURCES = tests/commands/fuzz_language.c
tests_commands_fuzz_language_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_commands_fuzz_language_LDADD = $(SARTOR_LIBS)
tests_commands_fuzz_language_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/commands/fuzz_study
tests_commands_fuzz_study_SOURCES = tests/commands/fuzz_study.c
tests_commands_fuzz_study_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_commands_fuzz_study_LDADD = $(SARTOR_LIBS)
tests_commands_fuzz_study_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += tests/ui/fuzz_input
tests_ui_fuzz_input_SOURCES = tests/ui/fuzz_input.c
tests_ui_fuzz_input_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_ui_fuzz_input_LDADD = $(SARTOR_LIBS)
tests_ui_fuzz_input_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

fuzz_programs = \
	tests/data/fuzz_idx$(EXEEXT) \
	tests/data/fuzz_picture$(EXEEXT) \
	tests/data/fuzz_labels$(EXEEXT) \
	tests/models/fuzz_tensors$(EXEEXT) \
	tests/models/fuzz_model$(EXEEXT) \
	tests/app/fuzz_tags$(EXEEXT) \
	tests/app/fuzz_suspects$(EXEEXT) \
	tests/app/fuzz_notes$(EXEEXT) \
	tests/eval/fuzz_costs$(EXEEXT) \
	tests/base/fuzz_text$(EXEEXT) \
	tests/commands/fuzz_language$(EXEEXT) \
	tests/commands/fuzz_study$(EXEEXT) \
	tests/ui/fuzz_input$(EXEEXT)

fuzz: $(fuzz_programs)
	SRCDIR='$(srcdir)' $(SHELL) $(srcdir)/tests/fuzz $(MINUTES)
else
fuzz:
	@echo "make fuzz needs a build for it: ./configure CC=clang --enable-fuzzing" >&2; exit 1
endif
MINUTES = 1
.PHONY: fuzz

EXTRA_DIST += \
	tests/fuzz \
	tests/data/picture.dict \
	tests/data/corpus-labels/marked \
	tests/data/corpus-labels/names \
	tests/data/corpus-labels/twice \
	tests/models/model.dict \
	tests/models/corpus-model/both.safetensors \
	tests/models/corpus-model/cnn.safetensors \
	tests/models/corpus-model/forest.safetensors \
	tests/models/corpus-model/knn.safetensors \
	tests/models/corpus-model/logreg.safetensors \
	tests/models/corpus-model/mlp.safetensors \
	tests/models/corpus-model/resnet.safetensors \
	tests/models/corpus-model/svm.safetensors \
	tests/app/corpus-tags/both \
	tests/app/corpus-tags/named \
	tests/app/corpus-tags/old \
	tests/app/home.dict \
	tests/app/corpus-suspects/found \
	tests/app/corpus-suspects/twice \
	tests/app/corpus-notes/first \
	tests/app/corpus-notes/second \
	tests/eval/corpus-costs/three \
	tests/eval/corpus-costs/two \
	tests/base/corpus-text/hostile \
	tests/base/corpus-text/json \
	tests/base/corpus-text/number \
	tests/base/text.dict \
	tests/commands/corpus-language/line-1 \
	tests/commands/corpus-language/line-2 \
	tests/commands/corpus-language/line-3 \
	tests/commands/corpus-language/line-4 \
	tests/commands/corpus-language/line-5 \
	tests/commands/corpus-language/line-6 \
	tests/commands/corpus-language/line-7 \
	tests/commands/language.dict \
	tests/commands/corpus-study/quick \
	tests/commands/corpus-study/refused \
	tests/commands/corpus-study/small \
	tests/commands/study.dict \
	tests/ui/corpus-input/answers \
	tests/ui/corpus-input/keys \
	tests/ui/corpus-input/paste \
	tests/ui/input.dict \
	tests/data/corpus-archive/absolute.tar \
	tests/data/corpus-archive/absolute.tar.gz \
	tests/data/corpus-archive/absolute.zip \
	tests/data/corpus-archive/empty.zip \
	tests/data/corpus-archive/stored.zip \
	tests/data/corpus-archive/two.tar \
	tests/data/corpus-archive/two.tar.gz \
	tests/data/corpus-archive/two.zip \
	tests/data/corpus-archive/up.tar \
	tests/data/corpus-archive/up.tar.gz \
	tests/data/corpus-archive/up.zip \
	tests/data/corpus-csv/packed.csv.gz \
	tests/data/corpus-csv/plain.csv \
	tests/data/corpus-csv/quotes.csv \
	tests/data/corpus-csv/tabs.csv \
	tests/data/corpus-csv/windows.csv \
	tests/data/corpus-csv/zeros.csv \
	tests/data/corpus-npy/absurd.npy \
	tests/data/corpus-npy/bytes.npy \
	tests/data/corpus-npy/columns.npy \
	tests/data/corpus-npy/cut.npy \
	tests/data/corpus-npy/floats.npy \
	tests/data/corpus-npy/halves.npy \
	tests/data/corpus-npy/labels.npy \
	tests/data/corpus-npy/no-dimensions.npy \
	tests/data/corpus-npy/objects.npy \
	tests/data/corpus-npy/version-2.npy
