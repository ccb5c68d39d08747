// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "service/transfer/bundle.h"
#include "wire/document_reader.h"

namespace flagstream::service {

// An environment document as rows: one organisation, project and environment with all it decides.
// What a document does not say is as for something made at `now_micros`: new uuids, no server keys,
// features that other environments have off with the value they have here.
Bundle ToBundle(const wire::ReadDocument& document, int64_t now_micros);

}  // namespace flagstream::service
