// SPDX-License-Identifier: Apache-2.0
// The only file that sees Boost.JSON, whose parser calls back for each part of the text. Its
// decimals are not used: one in seven doubles with 17 digits would read back wrong.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "base/decimal.h"
#include "wire/json.h"

namespace flagstream::wire {
namespace {

using boost::json::error_code;
using Text = boost::json::string_view;

// Puts the value together. The names are those that basic_parser calls.
class Builder {
 public:
  // NOLINTBEGIN(readability-identifier-naming)
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  // NOLINTEND(readability-identifier-naming)

  explicit Builder(bool keeps_big_integers) : keeps_big_integers_(keeps_big_integers) {}

  Json TakeRoot() { return std::move(root_); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_array_begin(error_code&) { return Begin(/*is_object=*/false); }
  bool on_array_end(std::size_t, error_code&) {
    Json::Array elements = std::move(open_.back().elements);
    open_.pop_back();
    return Add(Json(std::move(elements)));
  }
  bool on_object_begin(error_code&) { return Begin(/*is_object=*/true); }
  bool on_object_end(std::size_t, error_code&) {
    Json::Object members = std::move(open_.back().members);
    open_.pop_back();
    return Add(Json(std::move(members)));
  }

  bool on_key_part(Text part, std::size_t, error_code&) { return Collect(part); }
  bool on_key(Text part, std::size_t, error_code&) {
    open_.back().key = TakeText(part);
    return true;
  }
  bool on_string_part(Text part, std::size_t, error_code&) { return Collect(part); }
  bool on_string(Text part, std::size_t, error_code&) { return Add(Json(TakeText(part))); }

  bool on_number_part(Text part, error_code&) { return Collect(part); }
  bool on_int64(int64_t value, Text, error_code&) {
    text_.clear();
    return Add(Json(value));
  }
  bool on_uint64(uint64_t, Text part, error_code& error) { return AddDecimal(part, error); }
  bool on_double(double, Text part, error_code& error) { return AddDecimal(part, error); }

  bool on_bool(bool value, error_code&) { return Add(Json(value)); }
  bool on_null(error_code&) { return Add(Json()); }

  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }

 private:
  struct Open {
    bool is_object;
    Json::Array elements = {};
    Json::Object members = {};
    std::string key = {};
  };

  bool Begin(bool is_object) {
    open_.push_back({is_object});
    return true;
  }

  bool Add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_object) {
      open_.back().members.emplace_back(std::move(open_.back().key), std::move(value));
    } else {
      open_.back().elements.push_back(std::move(value));
    }
    return true;
  }

  bool AddDecimal(Text part, error_code& error) {
    std::string text = TakeText(part);
    if (keeps_big_integers_ && text.find_first_of(".eE") == std::string::npos) {
      return Add(Json(JsonBigInteger{std::move(text)}));
    }
    const std::optional<double> value = ParseDecimal(text);
    if (!value) {
      error = boost::json::error::exponent_overflow;
      return false;
    }
    return Add(Json(*value));
  }

  bool Collect(Text part) {
    text_.append(part.data(), part.size());
    return true;
  }
  std::string TakeText(Text last_part) {
    Collect(last_part);
    return std::exchange(text_, {});
  }

  const bool keeps_big_integers_;
  Json root_;
  std::vector<Open> open_;
  std::string text_;  // of a name, string or number that comes in parts
};

Error ParseError(std::string_view reason, size_t byte) {
  return {ErrorCode::kInvalidArgument,
          "JSON parse error - " + std::string(reason) + " at byte " + std::to_string(byte)};
}

}  // namespace

Result<Json> ParseJson(std::string_view text, JsonOptions options) {
  boost::json::parse_options parse_options;
  parse_options.max_depth = options.depth_max;
  parse_options.allow_comments = options.allows_comments;
  parse_options.allow_trailing_commas = options.allows_comments;
  boost::json::basic_parser<Builder> parser(parse_options, options.keeps_big_integers);
  error_code error;
  const size_t used = parser.write_some(/*more=*/false, text.data(), text.size(), error);
  if (error) return ParseError(error.message(), used);
  if (used < text.size()) return ParseError("extra data", used);
  return parser.handler().TakeRoot();
}

}  // namespace flagstream::wire
