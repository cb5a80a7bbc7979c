/* Multinomial logistic regression with an L2 penalty. */
#include "logreg.h"

#include "sartor/models/families.h"

static const struct sr_param params[] = {
    {"C", SR_PARAM_NUMBER, .fallback = "0.1", .minimum = 1e-8, .maximum = 1e8,
     .help = "Inverse strength of the L2 penalty, as in scikit-learn."},
    {"features", SR_PARAM_CHOICE, .fallback = "pixels", .choices = SR_FEATURES_CHOICES,
     .help = "Pixels, or histograms of oriented gradients."},
    {"tolerance", SR_PARAM_NUMBER, .fallback = "1e-4", .minimum = 1e-9, .maximum = 1,
     .help = "Fitting ends when no component of the mean objective's gradient is larger and the "
             "objective is within 1e-4 of its minimum."},
    {"max_iterations", SR_PARAM_INTEGER, .fallback = "300", .minimum = 1, .maximum = 100000,
     .help = "Steps at most, of L-BFGS and of Newton's method."},
    {0},
};

static const struct sr_search search[] = {
    {"C", .low = 1e-3, .high = 100},
    {"features", .choices = "pixels hog"},
    {0},
};

static const struct sr_study_part study = {
    .order = 7,
    .settings = {"C=1", "C=1", "features=hog C=0.3"},
    .seconds = {0.5, 3, 20},
    .power = 1,
    .predict_seconds = 0.01,
    .claim_low = 0.83,
    .claim_high = 0.83,
};

const struct sr_model_class sr_model_class_logreg = {
    .name = "logreg",
    .title = "Logistic regression",
    .help = "A linear model: one weight for each pixel and class, which can be shown as images.",
    .params = params,
    .search = search,
    .study = &study,
    .shares = true,
    .fit = logreg_fit,
    .predict = logreg_predict,
    .save = logreg_save,
    .load = logreg_load,
    .free = logreg_free,
    .size = logreg_size,
    .importance = logreg_importance,
};
