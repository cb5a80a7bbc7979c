/* claim.h - who may train a name. Private to app/. */
#ifndef SARTOR_APP_CLAIM_H
#define SARTOR_APP_CLAIM_H

#include <stdbool.h>

/* Claim a name for a training, against other processes. CLAIM_TAKEN when another training has it;
 * -1, with errno, when the file for it cannot be opened. */
enum { CLAIM_TAKEN = -2 };
int claim_take(const char *home, const char *name);
void claim_release(int claim, const char *home, const char *name);
/* Has a training claimed it, in this process or another? */
bool claim_is_taken(const char *home, const char *name);

#endif
