// SPDX-License-Identifier: Apache-2.0
// Goal: the engine gives what every case of the files and folders named says. Each case is reported
// by its name. With --batch it gives results instead: one for each context, line by line.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "vector_file.h"
#include "wire/context.h"

namespace {

namespace fs = std::filesystem;
using flagstream::Result;
using flagstream::wire::Json;

struct Count {
  size_t passed = 0;
  size_t failed = 0;
};

Result<Json> ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return flagstream::Error(flagstream::ErrorCode::kNotFound, "cannot be read");
  auto options = flagstream::wire::kContextJson;
  options.allows_comments = true;
  return flagstream::wire::ParseJson(text, options);
}

void Report(const std::string& name, const std::string& difference, Count& count) {
  ++(difference.empty() ? count.passed : count.failed);
  if (difference.empty()) {
    std::printf("ok      %s\n", name.c_str());
  } else {
    std::printf("FAILED  %s: %s\n", name.c_str(), difference.c_str());
  }
}

void RunFile(const fs::path& path, Count& count) {
  const std::string name = path.filename().string();
  const Result<Json> file = ReadFile(path);
  if (!file) return Report(name, file.error().message(), count);
  const auto outcomes = flagstream::vectors::RunVectors(name, *file);
  if (outcomes.empty()) std::printf("skipped %s: it holds no cases\n", name.c_str());
  for (const auto& [case_name, difference] : outcomes) Report(case_name, difference, count);
}

std::vector<fs::path> FilesIn(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".json" || extension == ".jsonc")) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

// What is not there is skipped: test data of others is fetched by who wants to run it.
int RunPaths(const std::vector<fs::path>& paths) {
  Count count;
  bool skipped = false;
  for (const fs::path& path : paths) {
    if (fs::is_directory(path)) {
      for (const fs::path& file : FilesIn(path)) RunFile(file, count);
    } else if (fs::exists(path)) {
      RunFile(path, count);
    } else {
      std::printf("skipped %s: it is not there\n", path.c_str());
      skipped = true;
    }
  }
  std::printf("%zu passed, %zu failed\n", count.passed, count.failed);
  return count.failed == 0 && (count.passed > 0 || skipped) ? 0 : 1;
}

std::string AnswerTo(std::string_view line) {
  Result<Json> context = flagstream::wire::ParseJson(line, flagstream::wire::kContextJson);
  if (context) context = flagstream::wire::EvaluateContext(*context);
  if (context) return context->Dump();
  Json refusal;
  refusal.Set("error", context.error().message());
  return refusal.Dump();
}

int RunBatch() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << AnswerTo(line) << '\n' << std::flush;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments.front() == "--batch") return RunBatch();
  if (arguments.empty() || arguments.front().starts_with('-')) {
    std::fprintf(stderr, "usage: %s FOLDER|FILE...\n       %s --batch < CONTEXTS\n", argv[0],
                 argv[0]);
    return 2;
  }
  return RunPaths({arguments.begin(), arguments.end()});
}
