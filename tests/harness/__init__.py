# SPDX-License-Identifier: Apache-2.0
"""What the process tests stand on: a server process, sockets whose bytes can be seen, and an API client."""
