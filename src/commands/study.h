/* study.h - the whole study as one script, and the report it ends in. Private to commands/. */
#ifndef SARTOR_COMMANDS_STUDY_H
#define SARTOR_COMMANDS_STUDY_H

#include "internal.h"

enum study_scale { STUDY_QUICK, STUDY_FULL, STUDY_BEST, STUDY_SCALES };
extern const char *const study_scale_names[STUDY_SCALES];

/* One model of the study: how it is trained at each scale, what that costs in relative units (for the
 * ETA: seconds on two quiet cores), and what the reference study reports. */
struct study_model {
    const char *name;
    const char *train[STUDY_SCALES]; /* the line behind `train `, without name, seed and limit */
    double cost[STUDY_SCALES];
    const char *claim;               /* of its accuracy */
    const char *complexity;
};
extern const struct study_model study_models[];
enum { STUDY_QUICK_ROWS = 10000 };

/* What the report is made from. */
struct study_facts {
    const char *directory;
    enum study_scale scale;
    uint64_t seed;
    const char *script;              /* the lines that were run */
    double seconds;
};
/* Write report.md, report.html and tables/ from the session's models and predictions. Everything it shows
 * has been computed by the script's lines: SR_PENDING while some of it is not there yet. */
enum sr_status study_report(struct sr_session *session, const struct study_facts *facts, struct sr_error *error);

#endif
