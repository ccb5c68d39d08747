// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/admin/body_reader.h"
#include "service/option_writing.h"
#include "wire/json.h"

// Options of multivariate features.
namespace flagstream::api {

// As its feature shows it.
wire::Json OptionJson(const store::MultivariateOption& option);
// By itself, with its feature.
wire::Json OptionWithFeatureJson(const store::MultivariateOption& option);
// "blue", 5, true or null.
wire::Json OptionValueJson(const store::MultivariateOption& option);

// All but the key, which is written through the option alone.
service::OptionInput ReadOption(BodyReader& body);

}  // namespace flagstream::api
