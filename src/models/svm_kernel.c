/* Rows of the kernel matrix, a block at a time: products of a block of queries with many rows,
 * then the kernel's function of each. Products of pixels are exact whole numbers (compute/bytes.h),
 * others come from sr_gemm. */
#include "svm.h"

#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

SR_ISA_TABLES(struct svm_loops, svm_loops);

const struct svm_loops *svm_loops(void)
{
    return svm_loops_tables[sr_isa()];
}

enum sr_status svm_rows_init(struct svm_rows *rows, enum sr_features kind, size_t count,
                             struct sr_shape image, struct sr_error *error)
{
    const char *what = "the rows of an SVM";
    const size_t dimensions = sr_features_size(kind, image);
    *rows = (struct svm_rows){
        .kind = kind, .count = count, .dimensions = dimensions, .image = image, .unit = 1};
    if (kind == SR_FEATURES_PIXELS) {
        rows->unit = 1 / (255.0 * 255.0);
        enum sr_status status = sr_bytes_init(&rows->bytes, count, dimensions, error);
        if (status) return status;
        rows->patches = sr_array_new(dimensions, sizeof *rows->patches, what, error);
        if (!rows->patches) {
            svm_rows_fini(rows);
            return SR_ERROR_MEMORY;
        }
        sr_bytes_patches(image, rows->patches);
        return SR_OK;
    }
    size_t floats;
    if (__builtin_mul_overflow(count, dimensions, &floats)) floats = SIZE_MAX;
    rows->values = sr_array_new(floats, sizeof(float), what, error);
    rows->squares = sr_array_new(count, sizeof(float), what, error);
    if (rows->values && rows->squares) return SR_OK;
    svm_rows_fini(rows);
    return SR_ERROR_MEMORY;
}

void svm_rows_fini(struct svm_rows *rows)
{
    if (rows->kind == SR_FEATURES_PIXELS && rows->bytes.packed) sr_bytes_fini(&rows->bytes);
    free(rows->patches);
    free(rows->values);
    free(rows->squares);
    *rows = (struct svm_rows){0};
}

static void to_patches(const struct svm_rows *rows, const uint8_t *pixels, uint8_t *bytes)
{
    for (size_t i = 0; i < rows->dimensions; i++) bytes[i] = pixels[rows->patches[i]];
}

void svm_rows_put_pixels(struct svm_rows *rows, size_t row, const uint8_t *pixels)
{
    uint8_t bytes[rows->dimensions];
    to_patches(rows, pixels, bytes);
    sr_bytes_put(&rows->bytes, row, bytes);
}

void svm_rows_get_pixels(const struct svm_rows *rows, size_t row, uint8_t *pixels)
{
    uint8_t bytes[sr_bytes_stride(&rows->bytes)];
    sr_bytes_get(&rows->bytes, row, bytes);
    for (size_t i = 0; i < rows->dimensions; i++) pixels[rows->patches[i]] = bytes[i];
}

void svm_rows_take(struct svm_rows *rows, const uint32_t *places, const struct svm_rows *from,
                   const uint32_t *which, size_t count)
{
    if (rows->kind == SR_FEATURES_PIXELS) {
        sr_bytes_take(&rows->bytes, places, &from->bytes, which, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(rows->values + places[i] * rows->dimensions,
               from->values + which[i] * rows->dimensions, rows->dimensions * sizeof *rows->values);
        rows->squares[places[i]] = from->squares[which[i]];
    }
}

void svm_rows_group(const struct svm_rows *rows, const uint8_t *const *images, size_t count,
                    size_t together, uint32_t *order)
{
    const bool pixels = rows->kind == SR_FEATURES_PIXELS;
    const size_t words = pixels ? sr_bytes_words(&rows->bytes) : 0;
    uint64_t *used = pixels ? calloc(count, words * sizeof *used) : NULL;
    for (size_t i = 0; i < count; i++) order[i] = (uint32_t)i;
    /* Without memory for a better order, their own will do. */
    if (!used) return;
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[rows->dimensions];
        to_patches(rows, images[i], bytes);
        sr_bytes_find_used(bytes, rows->dimensions, used + i * words);
    }
    sr_bytes_group(used, words, count, together, order);
    free(used);
}

static double square(const float *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)values[i] * (double)values[i];
    return sum;
}

void svm_rows_put_values(struct svm_rows *rows, size_t row, const float *values)
{
    memcpy(rows->values + row * rows->dimensions, values, rows->dimensions * sizeof *values);
    rows->squares[row] = (float)square(values, rows->dimensions);
}

enum sr_status svm_queries_init(struct svm_queries *queries, const struct svm_rows *rows,
                                struct sr_error *error)
{
    const char *what = "a block of kernel rows";
    *queries = (struct svm_queries){0};
    if (rows->kind == SR_FEATURES_PIXELS) {
        queries->bytes = sr_array_new(SVM_BLOCK, sr_bytes_stride(&rows->bytes), what, error);
        if (sr_bytes_queries_init(&queries->whole, &rows->bytes, SVM_BLOCK, error)) goto failed;
    } else {
        queries->values = sr_array_new(SVM_BLOCK * rows->dimensions, sizeof(float), what, error);
    }
    queries->products = sr_array_raw(SVM_BLOCK * SVM_CHUNK, sizeof(float), what, error);
    if ((queries->bytes || queries->values) && queries->products) return SR_OK;
failed:
    svm_queries_fini(queries);
    return SR_ERROR_MEMORY;
}

void svm_queries_fini(struct svm_queries *queries)
{
    free(queries->bytes);
    sr_bytes_queries_fini(&queries->whole);
    free(queries->values);
    free(queries->products);
    *queries = (struct svm_queries){0};
}

void svm_queries_clear(struct svm_queries *queries)
{
    queries->count = 0;
    queries->asked = false;
}

void svm_queries_add_row(struct svm_queries *queries, const struct svm_rows *rows, size_t row)
{
    size_t at = queries->count++;
    queries->asked = false;
    if (rows->kind == SR_FEATURES_PIXELS) {
        sr_bytes_get(&rows->bytes, row, queries->bytes + at * sr_bytes_stride(&rows->bytes));
        queries->squares[at] = rows->bytes.squares[row];
    } else {
        memcpy(queries->values + at * rows->dimensions, rows->values + row * rows->dimensions,
               rows->dimensions * sizeof(float));
        queries->squares[at] = (double)rows->squares[row];
    }
}

void svm_queries_add_image(struct svm_queries *queries, const struct svm_rows *rows,
                           const uint8_t *pixels)
{
    size_t at = queries->count++;
    queries->asked = false;
    if (rows->kind == SR_FEATURES_PIXELS) {
        double sum = 0;
        for (size_t i = 0; i < rows->dimensions; i++) sum += (double)pixels[i] * (double)pixels[i];
        to_patches(rows, pixels, queries->bytes + at * sr_bytes_stride(&rows->bytes));
        queries->squares[at] = sum;
    } else {
        float *values = queries->values + at * rows->dimensions;
        sr_features_image(rows->kind, pixels, rows->image, values);
        queries->squares[at] = square(values, rows->dimensions);
    }
}

/* Of a product, where the kernel is linear or a polynomial. */
static double function(const struct svm_kernel *kernel, double product)
{
    if (kernel->kind == SVM_LINEAR) return product;
    double base = kernel->gamma * product + kernel->coef0, value = 1;
    for (int i = 0; i < kernel->degree; i++) value *= base;
    return value;
}

/* The kernel's function of `count` products of one query. */
static void apply(const struct svm_kernel *kernel, const struct svm_rows *rows, double own,
                  const void *products, size_t first, size_t count, void *room)
{
    float *out = room;
    bool bytes = rows->kind == SR_FEATURES_PIXELS;
    const int32_t *whole = products;
    const float *real = products;
    const float scale = (float)(-kernel->gamma * rows->unit * M_LOG2E);
    if (kernel->kind == SVM_RBF) {
        if (bytes)
            svm_loops()->rbf_bytes(out, whole, rows->bytes.squares + first, (int32_t)own, scale,
                                   count);
        else
            svm_loops()->rbf_floats(out, real, rows->squares + first, (float)own, scale, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        double product = (bytes ? (double)whole[i] : (double)real[i]) * rows->unit;
        out[i] = (float)function(kernel, product);
    }
}

bool svm_rows_alone(const struct svm_rows *rows)
{
    return rows->kind == SR_FEATURES_PIXELS || sr_gemm_exact_places();
}

/* The same in double precision. */
static void apply_exact(const struct svm_kernel *kernel, const struct svm_rows *rows, double own,
                        const void *products, size_t first, size_t count, void *room)
{
    const bool bytes = rows->kind == SR_FEATURES_PIXELS;
    const int32_t *whole = products;
    const float *real = products;
    double *out = room;
    if (kernel->kind != SVM_RBF) {
        for (size_t i = 0; i < count; i++)
            out[i] = function(kernel, (bytes ? (double)whole[i] : (double)real[i]) * rows->unit);
        return;
    }
    if (bytes)
        svm_loops()->distances(out, whole, rows->bytes.squares + first, (int32_t)own, count);
    else
        for (size_t i = 0; i < count; i++)
            out[i] = (double)rows->squares[first + i] + own - 2 * (double)real[i];
    svm_loops()->exact_exponentials(out, -kernel->gamma * rows->unit, count);
}

typedef void apply_function(const struct svm_kernel *kernel, const struct svm_rows *rows,
                            double own, const void *products, size_t first, size_t count,
                            void *out);

/* The kernel's function of the products of all queries with up to SVM_CHUNK rows. */
static void apply_to_all(const struct svm_kernel *kernel, const struct svm_rows *rows,
                         struct svm_queries *queries, size_t first, size_t count,
                         apply_function *use, void *const *out)
{
    const bool bytes = rows->kind == SR_FEATURES_PIXELS;
    /* Otherwise always a full block, so that the library is called with one shape only. */
    const size_t block = svm_rows_alone(rows) ? queries->count : SVM_BLOCK;
    const int length = (int)rows->dimensions;
    if (bytes && !queries->asked)
        sr_bytes_ask(&queries->whole, &rows->bytes, queries->bytes, queries->count);
    queries->asked = true;
    if (bytes)
        sr_bytes_compare(&rows->bytes, SR_BYTES_PRODUCT, &queries->whole, 0, queries->count, first,
                         count, queries->products);
    else
        sr_gemm(NULL, 1, sr_matrix(queries->values, (int)block, length, length),
                sr_transpose(
                    sr_matrix(rows->values + first * rows->dimensions, (int)count, length, length)),
                0, queries->products, (int)count);
    for (size_t q = 0; q < queries->count; q++)
        use(kernel, rows, queries->squares[q],
            (const char *)queries->products + q * count * sizeof(float), first, count, out[q]);
}

void svm_kernel_block(const struct svm_kernel *kernel, const struct svm_rows *rows,
                      struct svm_queries *queries, size_t first, size_t count, float *const *out)
{
    void *to[SVM_BLOCK];
    for (size_t done = 0; done < count; done += SVM_CHUNK) {
        const size_t columns = count - done < SVM_CHUNK ? count - done : SVM_CHUNK;
        for (size_t q = 0; q < queries->count; q++) to[q] = out[q] + done;
        apply_to_all(kernel, rows, queries, first + done, columns, apply, to);
    }
}

void svm_kernel_exact(const struct svm_kernel *kernel, const struct svm_rows *rows,
                      struct svm_queries *queries, size_t first, size_t count, double *out)
{
    void *to[SVM_BLOCK];
    for (size_t q = 0; q < queries->count; q++) to[q] = out + q * SVM_CHUNK;
    apply_to_all(kernel, rows, queries, first, count, apply_exact, to);
}

float svm_kernel_self(const struct svm_kernel *kernel, const struct svm_rows *rows, size_t row)
{
    double own = rows->kind == SR_FEATURES_PIXELS ? (double)rows->bytes.squares[row]
                                                  : (double)rows->squares[row];
    if (kernel->kind == SVM_RBF) return 1;
    return (float)function(kernel, own * rows->unit);
}
