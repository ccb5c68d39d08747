// SPDX-License-Identifier: Apache-2.0
#include "replica/served_environment.h"

#include <gtest/gtest.h>

#include "testing/sample_environment.h"
#include "wire/gzip.h"

namespace flagstream::replica {
namespace {

// Goal: what is prepared is what would be encoded now, under tags that tell every difference.

using flagstream::testing::SampleEnvironment;

void ExpectBody(const PreparedBody& body, const std::string& bytes) {
  EXPECT_EQ(*body.plain, bytes);
  EXPECT_EQ(*wire::GzipDecompress(*body.gzip, bytes.size()), bytes);
  for (const std::string& tag : {body.plain_etag, body.gzip_etag}) {
    EXPECT_TRUE(tag.size() > 20 && tag.front() == '"' && tag.back() == '"') << tag;
  }
  EXPECT_NE(body.plain_etag, body.gzip_etag);
}

TEST(ServedEnvironmentTest, BodiesAreTheEncodings) {
  const ServedEnvironment served(SampleEnvironment());
  ExpectBody(served.client_flags, wire::EncodeFlags(SampleEnvironment(), wire::KeyKind::kClient));
  ExpectBody(served.server_flags, wire::EncodeFlags(SampleEnvironment(), wire::KeyKind::kServer));
  ExpectBody(served.document, wire::EncodeEnvironmentDocument(SampleEnvironment()));
  EXPECT_EQ(served.stamp_text, "1777627800.765625");
  EXPECT_EQ(served.last_modified, "Fri, 01 May 2026 09:30:00 GMT");
}

TEST(ServedEnvironmentTest, EqualListsShareTheirBytes) {
  EXPECT_NE(ServedEnvironment(SampleEnvironment()).client_flags.plain_etag,
            ServedEnvironment(SampleEnvironment()).server_flags.plain_etag);
  const ServedEnvironment served(flagstream::testing::EnvironmentOfFeatures(5));
  EXPECT_EQ(served.client_flags.plain, served.server_flags.plain);
  EXPECT_EQ(served.client_flags.gzip, served.server_flags.gzip);
}

TEST(ServedEnvironmentTest, TagsCoverBytesAndStamp) {
  const ServedEnvironment first(SampleEnvironment());
  const ServedEnvironment again(SampleEnvironment());
  EXPECT_EQ(first.client_flags.plain_etag, again.client_flags.plain_etag);

  flags::Environment later = SampleEnvironment();
  later.stamp = later.stamp.Next();
  const ServedEnvironment of_later(later);
  EXPECT_EQ(*of_later.client_flags.plain, *first.client_flags.plain);
  EXPECT_NE(of_later.client_flags.plain_etag, first.client_flags.plain_etag);
  EXPECT_NE(of_later.client_flags.gzip_etag, first.client_flags.gzip_etag);

  flags::Environment other = SampleEnvironment();
  other.feature_states[0].enabled = false;
  EXPECT_NE(ServedEnvironment(other).client_flags.plain_etag, first.client_flags.plain_etag);
}

TEST(ServedEnvironmentTest, KnowsIfThePreviousStampIsOfTheSameSecond) {
  flags::Environment environment = SampleEnvironment();
  EXPECT_FALSE(ServedEnvironment(environment).previous_shares_second);
  environment.previous_stamp =
      Stamp::FromMicros(environment.stamp.micros() / 1'000'000 * 1'000'000);
  EXPECT_TRUE(ServedEnvironment(environment).previous_shares_second);
  environment.previous_stamp = Stamp::FromMicros(environment.previous_stamp.micros() - 15'625);
  EXPECT_FALSE(ServedEnvironment(environment).previous_shares_second);
  environment.previous_stamp = Stamp();
  EXPECT_FALSE(ServedEnvironment(environment).previous_shares_second);
}

}  // namespace
}  // namespace flagstream::replica
