noinst_HEADERS += \
	include/sartor/models/ensemble.h \
	include/sartor/models/families.h \
	include/sartor/models/familiarity.h \
	include/sartor/models/imported.h \
	include/sartor/models/model.h \
	include/sartor/models/networks.h \
	include/sartor/models/representation.h \
	include/sartor/models/seen.h \
	include/sartor/models/store.h \
	include/sartor/models/svm.h \
	include/sartor/models/tensors.h \
	include/sartor/models/together.h \
	include/sartor/models/trust.h
libsartor_a_SOURCES += \
	src/models/blocks.c \
	src/models/blocks.h \
	src/models/checkpoint.c \
	src/models/checkpoint.h \
	src/models/cholesky.c \
	src/models/cholesky.h \
	src/models/classes.c \
	src/models/classes.h \
	src/models/cnn.c \
	src/models/describe.c \
	src/models/ensemble.c \
	src/models/familiarity.c \
	src/models/familiarity_file.c \
	src/models/forest.c \
	src/models/forest.h \
	src/models/forest_features.c \
	src/models/forest_file.c \
	src/models/forest_fit.c \
	src/models/forest_grow.c \
	src/models/forest_split.c \
	src/models/imported.c \
	src/models/imported_tensors.c \
	src/models/knn.c \
	src/models/layers.c \
	src/models/lbfgs.c \
	src/models/lbfgs.h \
	src/models/logreg.c \
	src/models/logreg.h \
	src/models/logreg_blocks.c \
	src/models/logreg_blocks.h \
	src/models/logreg_sample.c \
	src/models/logreg_sample.h \
	src/models/logreg_file.c \
	src/models/logreg_fit.c \
	src/models/logreg_metric.c \
	src/models/logreg_metric.h \
	src/models/logreg_model.c \
	src/models/logreg_newton.c \
	src/models/logreg_newton.h \
	src/models/logreg_objective.c \
	src/models/logreg_objective.h \
	src/models/logreg_ranks.c \
	src/models/logreg_ranks.h \
	src/models/logreg_refine.c \
	src/models/logreg_rows.c \
	src/models/logreg_span.c \
	src/models/logreg_span.h \
	src/models/mlp.c \
	src/models/model.c \
	src/models/model_file.c \
	src/models/networks.c \
	src/models/predict.c \
	src/models/registry.c \
	src/models/representation.c \
	src/models/resnet.c \
	src/models/seen.c \
	src/models/store.c \
	src/models/svm.c \
	src/models/svm.h \
	src/models/svm_bank.c \
	src/models/svm_cache.c \
	src/models/svm_file.c \
	src/models/svm_fit.c \
	src/models/svm_fit.h \
	src/models/svm_folds.c \
	src/models/svm_forecast.c \
	src/models/svm_kernel.c \
	src/models/svm_prepare.c \
	src/models/svm_probability.c \
	src/models/svm_smo.c \
	src/models/svm_smo.h \
	src/models/svm_state.c \
	src/models/tensors.c \
	src/models/together.c \
	src/models/together_train.c \
	src/models/half.c \
	src/models/half.h \
	src/models/helper.c \
	src/models/helper.h \
	src/models/helper_block.c \
	src/models/order.h \
	src/models/parts.c \
	src/models/parts.h \
	src/models/trust.c \
	src/models/trust_file.c

## Compiled for each instruction set (see src/compute/local.mk); the forest has one of its own for AVX-512.
kernel_sources += src/models/svm_vector.c
libkernels_baseline_a_SOURCES += src/models/forest_vector.c
if X86_64
libkernels_avx2_a_SOURCES += src/models/forest_vector.c
libkernels_avx512_a_SOURCES += src/models/forest_wide.c
endif
