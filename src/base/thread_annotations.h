// SPDX-License-Identifier: Apache-2.0
#pragma once

// Marks for clang's thread-safety analysis; empty under other compilers.
#if defined(__clang__)
#define FLAGSTREAM_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define FLAGSTREAM_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(name) FLAGSTREAM_THREAD_ANNOTATION(capability(name))
#define SCOPED_CAPABILITY FLAGSTREAM_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) FLAGSTREAM_THREAD_ANNOTATION(guarded_by(x))
#define PT_GUARDED_BY(x) FLAGSTREAM_THREAD_ANNOTATION(pt_guarded_by(x))
#define REQUIRES(...) FLAGSTREAM_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) FLAGSTREAM_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) FLAGSTREAM_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define EXCLUDES(...) FLAGSTREAM_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ASSERT_CAPABILITY(x) FLAGSTREAM_THREAD_ANNOTATION(assert_capability(x))
#define RETURN_CAPABILITY(x) FLAGSTREAM_THREAD_ANNOTATION(lock_returned(x))
#define NO_THREAD_SAFETY_ANALYSIS FLAGSTREAM_THREAD_ANNOTATION(no_thread_safety_analysis)
