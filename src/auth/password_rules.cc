// SPDX-License-Identifier: Apache-2.0
#include "auth/password_rules.h"

#include <algorithm>
#include <array>

#include "auth/password.h"

namespace flagstream::auth {
namespace {

// From the lists of most used passwords that are published after breaches: those that the other
// rules let pass.
constexpr std::array<std::string_view, 100> kCommon = {
    "1234qwer",     "12345qwert",   "123456789a", "123456abc",     "123abc123",    "123qwe123",
    "123qweasd",    "123qweasdzxc", "1q2w3e4r",   "1q2w3e4r5t",    "1q2w3e4r5t6y", "1qaz2wsx",
    "1qaz2wsx3edc", "1qazxsw2",     "a1b2c3d4",   "a1234567",      "a12345678",    "aa123456",
    "aa12345678",   "abc12345",     "abc123456",  "abcd1234",      "abcdefgh",     "abcdefg1",
    "access14",     "admin123",     "admin1234",  "administrator", "adminadmin",   "alexander",
    "anthony1",     "asdf1234",     "asdfasdf",   "asdfghjk",      "asdfghjkl",    "asdfjkl;",
    "baseball",     "basketball",   "blink182",   "butterfly",     "changeme",     "charlie1",
    "chocolate",    "computer",     "corvette",   "danielle",      "december",     "default1",
    "dragon123",    "einstein",     "elephant",   "facebook",      "football",     "football1",
    "hellohello",   "hello123",     "iloveyou",   "iloveyou1",     "internet",     "jennifer",
    "jordan23",     "letmein1",     "letmein123", "liverpool",     "maverick",     "michelle",
    "mercedes",     "midnight",     "monkey123",  "mustang1",      "p@ssw0rd",     "passpass",
    "passw0rd",     "password",     "password!",  "password1",     "password12",   "password123",
    "password1234", "princess",     "princess1",  "q1w2e3r4",      "q1w2e3r4t5",   "qazwsxedc",
    "qwer1234",     "qwerty12",     "qwerty123",  "qwerty1234",    "qwertyui",     "qwertyuiop",
    "samantha",     "starwars",     "sunshine",   "superman",      "trustno1",     "welcome1",
    "welcome123",   "whatever",     "zaq12wsx",   "zxcvbnm1"};

// As Django's: two texts this alike count as one.
constexpr double kSimilarityMax = 0.7;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsWordByte(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

size_t CharactersOf(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Twice the bytes both have, over the bytes of both: an upper bound of how alike they are, whatever
// the order.
double Similarity(std::string_view a, std::string_view b) {
  std::array<int, 256> left{};
  for (const char c : a) ++left[static_cast<unsigned char>(c)];
  int shared = 0;
  for (const char c : b) {
    if (left[static_cast<unsigned char>(c)]-- > 0) ++shared;
  }
  return 2.0 * shared / static_cast<double>(a.size() + b.size());
}

// A fragment so short beside the password that it says nothing about it.
bool IsTooShortToMatter(std::string_view part, std::string_view password) {
  return password.size() >= 10 * part.size() &&
         static_cast<double>(part.size()) <
             kSimilarityMax / 2 * static_cast<double>(password.size());
}

bool IsLike(std::string_view password, std::string_view part) {
  return !part.empty() && !IsTooShortToMatter(part, password) &&
         Similarity(password, part) >= kSimilarityMax;
}

// Both in lower case. Compares with `value` and with each word in it.
bool IsLikeAnyPart(std::string_view password, std::string_view value) {
  if (IsLike(password, value)) return true;
  size_t start = 0;
  for (size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && IsWordByte(value[i])) continue;
    if (IsLike(password, value.substr(start, i - start))) return true;
    start = i + 1;
  }
  return false;
}

void AddLikeness(std::string_view lower, const PasswordOwner& owner,
                 std::vector<std::string>& problems) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> attributes = {{
      {owner.email, "email address"},
      {owner.first_name, "first name"},
      {owner.last_name, "last name"},
  }};
  for (const auto& [value, name] : attributes) {
    if (IsLikeAnyPart(lower, Lower(value))) {
      problems.push_back("The password is too similar to the " + std::string(name) + ".");
      return;
    }
  }
}

}  // namespace

std::vector<std::string> PasswordProblems(std::string_view password, const PasswordOwner& owner) {
  std::vector<std::string> problems;
  if (password.size() > kPasswordBytesMax) {
    problems.push_back("This password is too long. It may have at most " +
                       std::to_string(kPasswordBytesMax) + " bytes.");
    return problems;
  }
  const std::string lower = Lower(password);
  AddLikeness(lower, owner, problems);
  if (CharactersOf(password) < kPasswordLengthMin) {
    problems.push_back("This password is too short. It must contain at least " +
                       std::to_string(kPasswordLengthMin) + " characters.");
  }
  if (std::find(kCommon.begin(), kCommon.end(), lower) != kCommon.end()) {
    problems.emplace_back("This password is too common.");
  }
  if (!password.empty() && std::all_of(password.begin(), password.end(), IsDigit)) {
    problems.emplace_back("This password is entirely numeric.");
  }
  return problems;
}

}  // namespace flagstream::auth
