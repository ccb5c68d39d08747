// SPDX-License-Identifier: Apache-2.0
#include "wire/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.h"

namespace flagstream::wire {
namespace {

constexpr int kWindowBits = 15;
constexpr int kGzipFormat = 16;  // added to the window bits
constexpr int kMemoryLevel = 8;  // zlib's default

// The byte of the header that names the operating system; 255 is "unknown". zlib writes the one it
// was built on.
constexpr size_t kSystemByte = 9;
constexpr char kSystemUnknown = '\xFF';

z_stream StreamOver(std::string_view bytes) {
  FLAGSTREAM_ASSERT(bytes.size() <= std::numeric_limits<uInt>::max());
  z_stream stream{};
  // zlib does not write to its input; its interface is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  return stream;
}

}  // namespace

std::string GzipCompress(std::string_view bytes, int level) {
  z_stream stream = StreamOver(bytes);
  // It can only fail for want of memory, or for a level that does not exist.
  FLAGSTREAM_ASSERT(deflateInit2(&stream, level, Z_DEFLATED, kWindowBits + kGzipFormat,
                                 kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, stream.avail_in), '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  FLAGSTREAM_ASSERT(result == Z_STREAM_END);
  out[kSystemByte] = kSystemUnknown;
  out.shrink_to_fit();
  return out;
}

Result<std::string> GzipDecompress(std::string_view bytes, size_t size_max) {
  z_stream stream = StreamOver(bytes);
  FLAGSTREAM_ASSERT(inflateInit2(&stream, kWindowBits + kGzipFormat) == Z_OK);
  std::string out;
  std::array<char, 16'384> block;
  int result = Z_OK;
  while (result == Z_OK && out.size() <= size_max) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = block.size();
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(block.data(), block.size() - stream.avail_out);
  }
  const bool is_whole = result == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (out.size() > size_max) return Error(ErrorCode::kTooLarge, "the content is too large");
  if (!is_whole) return Error(ErrorCode::kInvalidArgument, "this is no whole gzip stream");
  return out;
}

}  // namespace flagstream::wire
