// SPDX-License-Identifier: Apache-2.0
#include "wire/python_text.h"

#include <gtest/gtest.h>

namespace flagstream::wire {
namespace {

// Goal: the texts that the reference's language makes of values. Expected values are from Python.

std::string Text(std::string_view json) { return PythonText(*ParseJson(json)); }

TEST(PythonTextTest, Containers) {
  EXPECT_EQ(Text(R"({"a":1})"), "{'a': 1}");
  EXPECT_EQ(Text(R"({"a":{"b":[]},"c":{}})"), "{'a': {'b': []}, 'c': {}}");
  EXPECT_EQ(Text(R"([1,-2,1.0,1e22,true,false,null,"x"])"),
            "[1, -2, 1.0, 1e+22, True, False, None, 'x']");
}

TEST(PythonTextTest, Quotes) {
  EXPECT_EQ(Text(R"(["it's"])"), R"(["it's"])");
  EXPECT_EQ(Text(R"(["say \"x\""])"), R"(['say "x"'])");
  EXPECT_EQ(Text(R"(["it's \"x\""])"), R"(['it\'s "x"'])");
  EXPECT_EQ(Text(R"(["a\\b"])"), R"(['a\\b'])");
}

TEST(PythonTextTest, Unprintables) {
  EXPECT_EQ(Text(R"(["\n\r\t\u0000\u001b\u007f"])"), R"(['\n\r\t\x00\x1b\x7f'])");
  EXPECT_EQ(Text(R"(["\u0080\u00a0\u00ad"])"), R"(['\x80\xa0\xad'])");
  EXPECT_EQ(Text(R"(["\u00e9\u6771"])"), "['\xC3\xA9\xE6\x9D\xB1']");
}

TEST(PythonTextTest, TypeNames) {
  EXPECT_EQ(PythonTypeName(Json()), "NoneType");
  EXPECT_EQ(PythonTypeName(true), "bool");
  EXPECT_EQ(PythonTypeName(1), "int");
  EXPECT_EQ(PythonTypeName(1.0), "float");
  EXPECT_EQ(PythonTypeName("x"), "str");
  EXPECT_EQ(PythonTypeName(Json::Array()), "list");
  EXPECT_EQ(PythonTypeName(Json::Object()), "dict");
}

}  // namespace
}  // namespace flagstream::wire
