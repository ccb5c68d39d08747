// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "service/environments.h"
#include "service/projects.h"
#include "wire/json.h"

namespace flagstream::api {

wire::Json ProjectJson(const store::Project& project);
wire::Json EnvironmentJson(const store::Environment& environment);

}  // namespace flagstream::api
