// SPDX-License-Identifier: Apache-2.0
// Goal: forms are read as clients send them, and nothing odd is taken for one.
#include "api/admin/multipart.h"

#include <gtest/gtest.h>

namespace flagstream::api {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=XyZ";

const std::string* Field(const Result<wire::Json>& form, std::string_view name) {
  const wire::Json* value = form ? form->Find(name) : nullptr;
  return value == nullptr ? nullptr : value->AsString();
}

TEST(Multipart, FieldsAndFiles) {
  const auto form = ParseMultipart(kType,
                                   "--XyZ\r\n"
                                   "Content-Disposition: form-data; name=\"strategy\"\r\n\r\n"
                                   "SKIP\r\n"
                                   "--XyZ\r\n"
                                   "content-disposition: form-data; name=\"file\"; "
                                   "filename=\"a;b.json\"\r\n"
                                   "Content-Type: application/json\r\n\r\n"
                                   "[1,\r\n--2]\r\n"
                                   "--XyZ--\r\n");
  ASSERT_TRUE(form) << form.error().ToString();
  EXPECT_EQ(*Field(form, "strategy"), "SKIP");
  EXPECT_EQ(*Field(form, "file"), "[1,\r\n--2]");
}

TEST(Multipart, QuotedBoundaryAndAPreamble) {
  const auto form = ParseMultipart("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"",
                                   "hello\r\n--a b\r\nContent-Disposition: form-data; name=x\r\n"
                                   "\r\n\r\n--a b--");
  ASSERT_TRUE(form) << form.error().ToString();
  EXPECT_EQ(*Field(form, "x"), "");
}

TEST(Multipart, NoFields) {
  const auto form = ParseMultipart(kType, "--XyZ--\r\n");
  ASSERT_TRUE(form);
  EXPECT_TRUE(form->AsObject()->empty());
}

TEST(Multipart, WhatCannotBeReadIsRefused) {
  const std::string head = "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
  for (const std::string& body :
       {std::string(), std::string("--XyZ"), std::string("--other--"), head, head + "text",
        head + "text\r\n--XyZ", head + "text\r\n--XyZ\r\n",
        std::string("--XyZ\r\nContent-Type: text/plain\r\n\r\ntext\r\n--XyZ--"),
        std::string("--XyZ\r\nContent-Disposition: form-data\r\n\r\ntext\r\n--XyZ--")}) {
    const auto form = ParseMultipart(kType, body);
    ASSERT_FALSE(form) << body;
    EXPECT_EQ(form.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(ParseMultipart("multipart/form-data", "--XyZ--"));
  EXPECT_FALSE(ParseMultipart("multipart/form-data; boundary=" + std::string(71, 'b'), "--b--"));
}

TEST(Multipart, TheNumberOfFieldsIsLimited) {
  const auto fields = [](int count) {
    std::string body;
    for (int i = 0; i < count; ++i) {
      body += "--XyZ\r\nContent-Disposition: form-data; name=\"f" + std::to_string(i) +
              "\"\r\n\r\nx\r\n";
    }
    return body + "--XyZ--";
  };
  EXPECT_TRUE(ParseMultipart(kType, fields(20)));
  EXPECT_FALSE(ParseMultipart(kType, fields(21)));
}

TEST(Multipart, KnowsItsType) {
  EXPECT_TRUE(IsMultipart("multipart/form-data; boundary=x"));
  EXPECT_TRUE(IsMultipart("Multipart/Form-Data"));
  EXPECT_FALSE(IsMultipart("multipart/mixed; boundary=x"));
  EXPECT_FALSE(IsMultipart("application/json"));
}

}  // namespace
}  // namespace flagstream::api
