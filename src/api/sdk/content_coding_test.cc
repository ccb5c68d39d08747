// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/content_coding.h"

#include <gtest/gtest.h>

namespace flagstream::api {
namespace {

// Goal: gzip goes to those who take it and to nobody else (RFC 9110, 12.5.3).

TEST(ContentCoding, GzipWhereItIsTaken) {
  for (const std::string_view header :
       {"gzip", "x-gzip", "GZIP", "deflate, gzip, br", "gzip;q=1.0", "gzip;q=0.001", "*", "*;q=0.5",
        "gzip;q=0.5, identity;q=0.5", "identity;q=0, gzip;q=0.2", "identity;q=0.3, *;q=0.4",
        "gzip ; Q=0.8", "br;q=1, gzip;q=0.1, *;q=0"}) {
    EXPECT_TRUE(PrefersGzip(header)) << header;
  }
}

TEST(ContentCoding, PlainOtherwise) {
  for (const std::string_view header : {"",
                                        "identity",
                                        "br",
                                        "gzip;q=0",
                                        "gzip;q=0.0",
                                        "gzip;q=0.000",
                                        "*;q=0",
                                        "gzip;q=0, *",
                                        "identity, gzip;q=0.5",
                                        "identity;q=0.6, *;q=0.5",
                                        "deflate",
                                        "gzip-like",
                                        "identity;q=0",
                                        ",",
                                        ";q=1",
                                        "gzip;q=2",
                                        "gzip;q=1.001",
                                        "gzip;q=0.1234",
                                        "gzip;q=x",
                                        "gzip;level=9"}) {
    EXPECT_FALSE(PrefersGzip(header)) << header;
  }
}

}  // namespace
}  // namespace flagstream::api
