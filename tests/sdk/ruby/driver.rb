# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# Drives the SDK for Ruby. See ../README.md.

require 'json'
require 'logger'

$stdout.sync = true

begin
  require 'flagsmith'
rescue LoadError => e
  puts JSON.generate(absent: "not installed: #{e.path}")
  exit
end

def open_client(command)
  Flagsmith::Client.new(
    environment_key: command['key'],
    api_url: command['api'],
    # The SDK may write into it.
    realtime_api_url: +command['stream'],
    enable_local_evaluation: command['mode'] != 'remote',
    enable_realtime_updates: command['mode'] == 'stream',
    environment_refresh_interval_seconds: command['refresh_seconds'],
    request_timeout_seconds: command['request_seconds'],
    enable_analytics: command['analytics'],
    logger: Logger.new(File::NULL)
  )
end

def flags_of(client, command)
  flags = if command['identity']
            client.get_identity_flags(command['identity'], command['transient'], **command['traits'].transform_keys(&:to_sym))
          else
            client.get_environment_flags
          end
  # Through the calls that are counted.
  names = flags.to_a.map(&:feature_name)
  names.to_h { |name| [name, [flags.feature_enabled?(name), flags.feature_value(name)]] }
end

def answer(clients, command)
  name = command['client']
  case command['do']
  when 'open' then clients[name] = open_client(command) and {}
  when 'flags' then { flags: flags_of(clients[name], command) }
  when 'close'
    client = clients.delete(name)
    # With a stream there is nothing to stop: the SDK has no call for it.
    client.environment_data_polling_manager&.stop unless client.config.realtime_mode?
    {}
  else raise ArgumentError, "no command #{command['do']}"
  end
end

clients = {}
puts JSON.generate(started: { ruby: Flagsmith::VERSION })
$stdin.each_line do |line|
  command = JSON.parse(line)
  begin
    fields = answer(clients, command)
  rescue StandardError => e
    fields = { error: "#{e.class}: #{e.message}" }
  end
  puts JSON.generate(id: command['id'], **fields)
end
