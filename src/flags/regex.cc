// SPDX-License-Identifier: Apache-2.0
#include "flags/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string>

#include "base/assert.h"
#include "flags/python_regex.h"

namespace flagstream::flags {
namespace {

constexpr uint32_t kOptions = PCRE2_ANCHORED | PCRE2_UTF | PCRE2_UCP | PCRE2_ALT_CIRCUMFLEX;

// Memory that matching needs, kept from one match to the next. One per thread.
class MatchState {
 public:
  MatchState()
      : data_(pcre2_match_data_create(/*ovecsize=*/1, nullptr)),
        context_(pcre2_match_context_create(nullptr)) {
    FLAGSTREAM_ASSERT(data_ != nullptr && context_ != nullptr);
    pcre2_set_match_limit(context_, kRegexStepsMax);
    pcre2_set_heap_limit(context_, kRegexHeapKilobytesMax);
  }
  ~MatchState() {
    pcre2_match_context_free(context_);
    pcre2_match_data_free(data_);
  }
  MatchState(const MatchState&) = delete;
  MatchState& operator=(const MatchState&) = delete;

  bool Matches(const pcre2_code* code, std::string_view text, uint32_t options) {
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, options,
                       data_, context_) >= 0;
  }

 private:
  pcre2_match_data* data_;
  pcre2_match_context* context_;
};

bool Matches(const pcre2_code* code, std::string_view text, uint32_t options) {
  static thread_local MatchState state;
  return state.Matches(code, text, options);
}

// Only \n ends a line, whatever the library was built for.
pcre2_code* CompileLines(const std::string& pattern) {
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  FLAGSTREAM_ASSERT(context != nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE error_offset = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   kOptions, &error, &error_offset, context);
  pcre2_compile_context_free(context);
  return code;
}

}  // namespace

std::optional<Regex> Regex::Compile(std::string_view pattern) {
  if (pattern.size() > kRegexPatternBytesMax) return std::nullopt;
  const std::optional<std::string> translated = TranslatePythonRegex(pattern);
  if (!translated) return std::nullopt;
  pcre2_code* code = CompileLines(*translated);
  if (code == nullptr) return std::nullopt;
  return Regex(code);
}

bool Regex::MatchesStartOf(std::string_view text) const {
  return Matches(code_.get(), text, /*options=*/0);
}

bool Regex::MatchesWhole(std::string_view text) const {
  return Matches(code_.get(), text, PCRE2_ENDANCHORED);
}

void Regex::Free::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

}  // namespace flagstream::flags
