// Decoders of compressed answers, from libraries that libcurl brings along. They are loaded when the first such answer
// comes (docs/decisions/0005-libcurl-on-first-use.md), and one that isn't there is only not offered to servers.

#include "CCompression.h"
#include <CLibrary.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

struct flow_decoder {
    flow_compression compression;
    union {
        z_stream gzip;
        void *other;
    } state;
};

typedef struct {
    const void *bytes;
    size_t size;
    size_t used;
} zstd_buffer;

static struct {
    int (*init)(z_stream *stream, int bits, const char *version, int size);
    int (*step)(z_stream *stream, int flush);
    int (*end)(z_stream *stream);
} gzip;

static struct {
    void *(*create)(void *allocate, void *release, void *context);
    int (*step)(void *state, size_t *input_left, const uint8_t **input, size_t *output_left, uint8_t **output,
                size_t *total);
    void (*destroy)(void *state);
} brotli;

static struct {
    void *(*create)(void);
    size_t (*step)(void *stream, zstd_buffer *output, zstd_buffer *input);
    unsigned (*is_error)(size_t code);
    size_t (*destroy)(void *stream);
} zstd;

static bool has[4];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    const flow_symbol of_gzip[] = {
        {"inflateInit2_", &gzip.init}, {"inflate", &gzip.step}, {"inflateEnd", &gzip.end}};
    const flow_symbol of_brotli[] = {
        {"BrotliDecoderCreateInstance", &brotli.create},
        {"BrotliDecoderDecompressStream", &brotli.step},
        {"BrotliDecoderDestroyInstance", &brotli.destroy}};
    const flow_symbol of_zstd[] = {
        {"ZSTD_createDStream", &zstd.create},
        {"ZSTD_decompressStream", &zstd.step},
        {"ZSTD_isError", &zstd.is_error},
        {"ZSTD_freeDStream", &zstd.destroy}};
    has[FLOW_GZIP] = !flow_library_load("libz.so.1", of_gzip, sizeof of_gzip / sizeof *of_gzip);
    has[FLOW_BARE_DEFLATE] = has[FLOW_GZIP];
    has[FLOW_BROTLI] = !flow_library_load("libbrotlidec.so.1", of_brotli, sizeof of_brotli / sizeof *of_brotli);
    has[FLOW_ZSTD] = !flow_library_load("libzstd.so.1", of_zstd, sizeof of_zstd / sizeof *of_zstd);
}

flow_decoder *flow_decoder_new(flow_compression compression) {
    pthread_once(&once, load);
    flow_decoder *decoder = has[compression] ? calloc(1, sizeof *decoder) : NULL;
    if (!decoder) return NULL;
    decoder->compression = compression;
    int works = 0;
    switch (compression) {
    // 32: gzip and zlib ("deflate") are told apart by their first bytes.
    case FLOW_GZIP: works = gzip.init(&decoder->state.gzip, 15 + 32, ZLIB_VERSION, sizeof(z_stream)) == Z_OK; break;
    case FLOW_BARE_DEFLATE: works = gzip.init(&decoder->state.gzip, -15, ZLIB_VERSION, sizeof(z_stream)) == Z_OK; break;
    case FLOW_BROTLI: works = (decoder->state.other = brotli.create(NULL, NULL, NULL)) != NULL; break;
    case FLOW_ZSTD: works = (decoder->state.other = zstd.create()) != NULL; break;
    }
    if (works) return decoder;
    free(decoder);
    return NULL;
}

static flow_decoder_state inflate_step(
    z_stream *stream, const uint8_t **input, size_t *input_left, uint8_t **output, size_t *output_left) {
    stream->next_in = (uint8_t *)*input;
    stream->avail_in = (uInt)*input_left;
    stream->next_out = *output;
    stream->avail_out = (uInt)*output_left;
    int code = gzip.step(stream, Z_NO_FLUSH);
    *input = stream->next_in;
    *input_left = stream->avail_in;
    *output = stream->next_out;
    *output_left = stream->avail_out;
    if (code == Z_STREAM_END) return FLOW_DECODER_END;
    if (code != Z_OK && code != Z_BUF_ERROR) return FLOW_DECODER_DAMAGED;
    return *output_left == 0 ? FLOW_DECODER_FULL : FLOW_DECODER_HUNGRY;
}

static flow_decoder_state brotli_step(
    void *state, const uint8_t **input, size_t *input_left, uint8_t **output, size_t *output_left) {
    switch (brotli.step(state, input_left, input, output_left, output, NULL)) {
    case 1: return FLOW_DECODER_END;
    case 2: return FLOW_DECODER_HUNGRY;
    case 3: return FLOW_DECODER_FULL;
    default: return FLOW_DECODER_DAMAGED;
    }
}

static flow_decoder_state zstd_step(
    void *stream, const uint8_t **input, size_t *input_left, uint8_t **output, size_t *output_left) {
    zstd_buffer source = {*input, *input_left, 0};
    zstd_buffer target = {*output, *output_left, 0};
    size_t code = zstd.step(stream, &target, &source);
    *input += source.used;
    *input_left -= source.used;
    *output += target.used;
    *output_left -= target.used;
    if (zstd.is_error(code)) return FLOW_DECODER_DAMAGED;
    if (code == 0) return FLOW_DECODER_END;
    return *output_left == 0 ? FLOW_DECODER_FULL : FLOW_DECODER_HUNGRY;
}

flow_decoder_state flow_decoder_step(
    flow_decoder *decoder, const uint8_t **input, size_t *input_left, uint8_t **output, size_t *output_left) {
    switch (decoder->compression) {
    case FLOW_GZIP:
    case FLOW_BARE_DEFLATE: return inflate_step(&decoder->state.gzip, input, input_left, output, output_left);
    case FLOW_BROTLI: return brotli_step(decoder->state.other, input, input_left, output, output_left);
    case FLOW_ZSTD: return zstd_step(decoder->state.other, input, input_left, output, output_left);
    }
    return FLOW_DECODER_DAMAGED;
}

void flow_decoder_free(flow_decoder *decoder) {
    if (!decoder) return;
    switch (decoder->compression) {
    case FLOW_GZIP:
    case FLOW_BARE_DEFLATE: gzip.end(&decoder->state.gzip); break;
    case FLOW_BROTLI: brotli.destroy(decoder->state.other); break;
    case FLOW_ZSTD: zstd.destroy(decoder->state.other); break;
    }
    free(decoder);
}
