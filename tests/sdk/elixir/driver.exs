# SPDX-License-Identifier: Apache-2.0
# Drives the SDK for Elixir. See ../README.md.

defmodule Driver do
  def main do
    if Code.ensure_loaded?(Flagsmith.Client) do
      # Our output is the protocol.
      Logger.configure(level: :none)
      {:ok, _} = Application.ensure_all_started(:inets)
      {:ok, _} = Application.ensure_all_started(:ssl)
      {:ok, _} = Flagsmith.Supervisor.start_link()
      say(%{started: %{elixir: version()}})
      loop(%{})
    else
      # Its own words, since the JSON library is a part of the package.
      IO.puts(~s({"absent": "not installed: flagsmith_engine"}))
    end
  end

  defp version do
    case Application.spec(:flagsmith_engine, :vsn) do
      nil -> "unknown"
      version -> to_string(version)
    end
  end

  defp loop(clients) do
    case IO.read(:stdio, :line) do
      line when is_binary(line) ->
        command = Jason.decode!(line)
        {clients, answer} = answer(clients, command)
        say(Map.put(answer, :id, command["id"]))
        loop(clients)

      :eof ->
        :ok
    end
  end

  defp say(message), do: IO.puts(Jason.encode!(message))

  defp answer(clients, command) do
    carry_out(clients, command["do"], command)
  rescue
    error -> {clients, %{error: Exception.message(error)}}
  end

  defp carry_out(clients, "open", command) do
    client =
      Flagsmith.Client.new(
        environment_key: command["key"],
        api_url: command["api"],
        enable_local_evaluation: command["mode"] == "local",
        # The SDK takes no less than a minute.
        environment_refresh_interval_milliseconds: max(command["refresh_seconds"] * 1000, 60_000),
        request_timeout_milliseconds: command["request_seconds"] * 1000,
        enable_analytics: command["analytics"]
      )

    {Map.put(clients, command["client"], client), %{}}
  end

  defp carry_out(clients, "flags", command) do
    {:ok, flags} = flags(clients[command["client"]], command)
    {clients, %{flags: told(flags)}}
  end

  defp carry_out(clients, "close", command), do: {Map.delete(clients, command["client"]), %{}}

  defp flags(client, %{"identity" => identity} = command) do
    traits = for {key, value} <- command["traits"], do: %{trait_key: key, trait_value: value}
    Flagsmith.Client.get_identity_flags(client, identity, traits, command["transient"])
  end

  defp flags(client, _command), do: Flagsmith.Client.get_environment_flags(client)

  # Through the call that is counted.
  defp told(flags) do
    for flag <- Flagsmith.Client.all_flags(flags), into: %{} do
      counted = Flagsmith.Client.get_flag(flags, flag.feature_name)
      {flag.feature_name, [counted.enabled, counted.value]}
    end
  end
end

Driver.main()
