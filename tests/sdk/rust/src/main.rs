// SPDX-License-Identifier: Apache-2.0
//! Drives the SDK for Rust. See ../../README.md.

use flagsmith::flagsmith::models::{Flags, SDKTrait};
use flagsmith::{Flagsmith, FlagsmithOptions};
use flagsmith_flag_engine::types::{FlagsmithValue, FlagsmithValueType};
use serde_json::{json, Map, Value};
use std::collections::HashMap;
use std::io::{stdin, BufRead};

// The SDK does not tell its version; Cargo.toml pins this one.
const VERSION: &str = "3.1.2";

type Failure = Box<dyn std::error::Error>;

fn main() {
    println!("{}", json!({"started": {"rust": VERSION}}));
    let mut clients = HashMap::new();
    for line in stdin().lock().lines() {
        let command: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let mut answer = answer(&mut clients, &command)
            .unwrap_or_else(|failure| json!({"error": failure.to_string()}));
        answer["id"] = command["id"].clone();
        println!("{answer}");
    }
}

fn answer(clients: &mut HashMap<String, Flagsmith>, command: &Value) -> Result<Value, Failure> {
    let name = text(command, "client");
    match text(command, "do").as_str() {
        "open" => {
            clients.insert(name, open(command));
            Ok(json!({}))
        }
        "flags" => Ok(json!({"flags": flags(&clients[&name], command)?})),
        "close" => {
            clients.remove(&name);
            Ok(json!({}))
        }
        other => Err(format!("no command {other}").into()),
    }
}

fn open(command: &Value) -> Flagsmith {
    let options = FlagsmithOptions {
        api_url: text(command, "api"),
        enable_local_evaluation: command["mode"] == "local",
        environment_refresh_interval_mills: command["refresh_seconds"].as_u64().unwrap() * 1000,
        request_timeout_seconds: command["request_seconds"].as_u64().unwrap(),
        enable_analytics: command["analytics"] == true,
        ..Default::default()
    };
    Flagsmith::new(text(command, "key"), options)
}

fn flags(client: &Flagsmith, command: &Value) -> Result<Value, Failure> {
    let flags = match command["identity"].as_str() {
        Some(identifier) => client.get_identity_flags(
            identifier,
            Some(traits(command)),
            command["transient"].as_bool(),
        ),
        None => client.get_environment_flags(),
    };
    Ok(Value::Object(told(&flags.map_err(|error| format!("{error:?}"))?)))
}

fn traits(command: &Value) -> Vec<SDKTrait> {
    let given = command["traits"].as_object().into_iter().flatten();
    given.map(|(key, value)| SDKTrait::new(key.clone(), to_sdk(value))).collect()
}

fn to_sdk(value: &Value) -> FlagsmithValue {
    let value_type = match value {
        Value::String(_) => FlagsmithValueType::String,
        Value::Bool(_) => FlagsmithValueType::Bool,
        Value::Number(number) if number.is_f64() => FlagsmithValueType::Float,
        Value::Number(_) => FlagsmithValueType::Integer,
        _ => FlagsmithValueType::None,
    };
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    FlagsmithValue { value, value_type }
}

// Through the call that is counted.
fn told(flags: &Flags) -> Map<String, Value> {
    let names = flags.all_flags().into_iter().map(|flag| flag.feature_name);
    let pair = |name: String| {
        let flag = flags.get_flag(&name).unwrap();
        (name, json!([flag.enabled, flag.value]))
    };
    names.map(pair).collect()
}

fn text(command: &Value, member: &str) -> String {
    command[member].as_str().unwrap_or_default().to_owned()
}
