/* isa.c - the inner loops of each instruction set, by its number. */
#include "sartor/compute/cpu.h"
#include "vector.h"

SR_ISA_TABLES(struct embed_vector, embed_vector);
