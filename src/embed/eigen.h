/* eigen.h - eigenvalues of small symmetric matrices. */
#ifndef SARTOR_EMBED_EIGEN_INTERNAL_H
#define SARTOR_EMBED_EIGEN_INTERNAL_H

/* Of matrix[n][n], which is overwritten: values[n], the largest first, and in the columns of
 * vectors[n][n] their eigenvectors, of length 1. */
void eigen_symmetric(double *matrix, int n, double *values, double *vectors);

#endif
