// swift-tools-version:5.9
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "Driver",
    platforms: [.macOS(.v12)],
    dependencies: [
        .package(url: "https://github.com/Flagsmith/flagsmith-ios-client.git", exact: "3.10.0"),
    ],
    targets: [
        .executableTarget(name: "Driver", dependencies: [
            .product(name: "FlagsmithClient", package: "flagsmith-ios-client"),
        ]),
    ]
)
