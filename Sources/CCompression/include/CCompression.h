#pragma once
#include <stddef.h>
#include <stdint.h>

/// How content is compressed on its way.
typedef enum {
    FLOW_GZIP,
    FLOW_BROTLI,
    FLOW_ZSTD,
    /// Without the head and the sum of gzip and zlib.
    FLOW_BARE_DEFLATE,
} flow_compression;

typedef struct flow_decoder flow_decoder;

typedef enum {
    /// All input is used, and there is more to come.
    FLOW_DECODER_HUNGRY,
    /// The output is full.
    FLOW_DECODER_FULL,
    /// The content is whole; input may be left over.
    FLOW_DECODER_END,
    FLOW_DECODER_DAMAGED,
} flow_decoder_state;

/// NULL where the library for it is not on this machine.
flow_decoder *flow_decoder_new(flow_compression compression);

/// Moves both spans forward by what was used.
flow_decoder_state flow_decoder_step(
    flow_decoder *decoder, const uint8_t **input, size_t *input_left, uint8_t **output, size_t *output_left);

void flow_decoder_free(flow_decoder *decoder);
