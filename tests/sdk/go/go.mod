// SPDX-License-Identifier: Apache-2.0
module flagstream/sdkdriver

go 1.24

require github.com/Flagsmith/flagsmith-go-client/v5 v5.1.0
