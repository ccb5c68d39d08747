// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <future>
#include <utility>

namespace flagstream::store {

Result<void> WriteAndWait(Store& store, const WriteWork& work) {
  std::promise<Result<void>> promise;
  std::future<Result<void>> result = promise.get_future();
  store.Write(work, [&promise](Result<void> done) { promise.set_value(std::move(done)); });
  return result.get();
}

}  // namespace flagstream::store
