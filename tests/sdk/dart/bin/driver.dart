// SPDX-License-Identifier: Apache-2.0
// Drives the SDK for Dart and Flutter. See ../../README.md.
import 'dart:convert';
import 'dart:io';

import 'package:flagsmith/flagsmith.dart';

final clients = <String, FlagsmithClient>{};

void say(Map<String, dynamic> message) => stdout.writeln(jsonEncode(message));

Future<void> main() async {
  say({
    'started': {'dart': '6.1.0'}
  });
  final lines = stdin.transform(utf8.decoder).transform(const LineSplitter());
  await for (final line in lines) {
    final command = jsonDecode(line) as Map<String, dynamic>;
    Map<String, dynamic> fields;
    try {
      fields = await answer(command);
    } catch (error) {
      fields = {'error': '$error'};
    }
    say({'id': command['id'], ...fields});
  }
  exit(0);
}

Future<Map<String, dynamic>> answer(Map<String, dynamic> command) async {
  final name = command['client'] as String;
  switch (command['do']) {
    case 'open':
      clients[name] = await open(command);
      return {};
    case 'flags':
      return {'flags': await flags(clients[name]!, command)};
    case 'close':
      clients.remove(name)!.close();
      return {};
    default:
      throw ArgumentError('no command ${command['do']}');
  }
}

Future<FlagsmithClient> open(Map<String, dynamic> command) => FlagsmithClient.init(
      apiKey: command['key'] as String,
      config: FlagsmithConfig(
        baseURI: command['api'] as String,
        connectTimeout: 1000 * (command['request_seconds'] as int),
        receiveTimeout: 1000 * (command['request_seconds'] as int),
        sendTimeout: 1000 * (command['request_seconds'] as int),
        enableAnalytics: command['analytics'] as bool,
        enableRealtimeUpdates: command['mode'] == 'stream',
        realtimeUpdatesBaseURI: '${command['stream']}sse/environments/',
      ),
    );

Future<Map<String, dynamic>> flags(FlagsmithClient client, Map<String, dynamic> command) async {
  final identifier = command['identity'] as String?;
  final user = identifier == null
      ? null
      : Identity(identifier: identifier, transient: command['transient'] as bool?);
  final given = command['traits'] as Map<String, dynamic>? ?? {};
  final traits = [for (final one in given.entries) Trait(key: one.key, value: one.value)];
  final found = await client.getFeatureFlags(user: user, traits: traits);
  return {
    for (final flag in found) flag.feature.name: [flag.enabled, flag.stateValue]
  };
}
