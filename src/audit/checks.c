/* checks.c - the kinds of findings. Thresholds of single images are those of CleanVision
 * (github.com/cleanlab/cleanvision) where it has the same measure. */
#include <math.h>

#include "sartor/audit/audit.h"

const struct sr_audit_check sr_audit_checks[SR_AUDIT_KINDS] = {
    [SR_AUDIT_EXACT] = {"exact-duplicate", SR_AUDIT_OF_IMAGES, NAN, false, true, "distance",
                        "The same pixels stand at an earlier place, too."},
    [SR_AUDIT_NEAR] = {"near-duplicate", SR_AUDIT_OF_RELATIONS, 0.35, false, true,
                       "distance, over the mean distance to the 10 nearest images",
                       "Another image is almost the same."},
    [SR_AUDIT_LEAK] = {"leak", SR_AUDIT_OF_RELATIONS, 0.35, false, true,
                       "distance, over the mean distance to the 10 nearest images",
                       "The same or almost the same image stands in two splits: what is judged on "
                       "one has been seen in the other."},
    [SR_AUDIT_CONFLICT] = {"label-conflict", SR_AUDIT_OF_RELATIONS, 0.35, false, true,
                           "distance, over the mean distance to the 10 nearest images",
                           "The same or almost the same image has two labels."},
    [SR_AUDIT_DARK] = {"dark", SR_AUDIT_OF_IMAGES, 0.32, false, false,
                       "99th percentile of brightness, 0 black to 1 white",
                       "Hardly anything in it is bright."},
    [SR_AUDIT_LIGHT] = {"light", SR_AUDIT_OF_IMAGES, 0.95, true, false,
                        "5th percentile of brightness, 0 black to 1 white",
                        "Hardly anything in it is dark."},
    [SR_AUDIT_INFORMATION] = {"low-information", SR_AUDIT_OF_IMAGES, 1.5, false, false,
                              "entropy of its brightness in bits", "It has few grey values."},
    [SR_AUDIT_BLURRED] = {"blurred", SR_AUDIT_OF_IMAGES, 0.25, false, false,
                          "variance of its Laplacian over that of its brightness",
                          "It has no sharp edges."},
    [SR_AUDIT_GREY] = {"grey", SR_AUDIT_OF_IMAGES, 1, false, false,
                       "mean difference between the largest and the smallest channel",
                       "It has no colours, and most others have."},
    [SR_AUDIT_SIZE] = {"odd-size", SR_AUDIT_OF_IMAGES, 3, true, false,
                       "the larger of two ratios to the median: of its side (root of its area), of "
                       "its width over its height",
                       "The picture was much larger, smaller, wider or narrower than others."},
    [SR_AUDIT_OUTLIER] = {"outlier", SR_AUDIT_OF_RELATIONS, 1.75, true, false,
                          "mean distance to the 10 nearest images, in medians of it",
                          "No other image is like it."},
    [SR_AUDIT_LABEL] = {"label-error", SR_AUDIT_OF_RELATIONS, NAN, false, false,
                        "share of its label less that of the likeliest class",
                        "Its label is not what images like it have."},
    [SR_AUDIT_CLASS] = {"small-class", SR_AUDIT_OF_IMAGES, 0.2, false, false,
                        "training images of the class, over the mean of all classes",
                        "The class has few images to learn from."},
    [SR_AUDIT_SLICE] = {"weak-slice", SR_AUDIT_OF_MODEL, 0.05, false, false,
                        "p value, adjusted for the number of slices",
                        "The model is worse on these samples than on all others, by more than "
                        "chance."},
};
