//! Names in scripts that have no capitals. In Chinese, Japanese and Korean a name is a surname, of which few make up
//! most, and one to three characters behind it; in Arabic and Devanagari the words are looked up as any others.

use std::sync::LazyLock;

use super::lists::Listed;
use crate::values::lexicon::Lexicon;

/// The most common surnames of China (Ministry of Public Security, yearly report on names), in both ways to write them.
const CHINESE: &str = "王李张劉刘陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文";

/// The most common surnames of Japan (Meiji Yasuda Life, "Surname ranking").
const JAPANESE: &str = "佐藤 鈴木 高橋 田中 渡辺 渡邊 伊藤 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 清水 斎藤 山崎 阿部 \
    森 池田 橋本 石川 山下 小川 石井 長谷川 後藤 岡田 近藤 前田 藤田 遠藤 青木 坂本 村上 太田 金子 藤井 福田 西村 三浦 竹内 中川 \
    中島 岡本 松田 原田 小野 中野 藤原 田村 和田 石田 森田 上田 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 今井 工藤 \
    高田 増田 丸山 杉山 村田 大塚 新井 小山 平野 藤本 河野 上野 野口 武田 松井 千葉 岩崎 菅原 木下 久保 佐野 野村 松尾 菊地 杉本 市川 古川 大西";

/// The most common surnames of Korea (Statistics Korea, census of 2015).
const KOREAN: &str = "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염";

/// Given names that are common where Arabic and Devanagari are written; families' names begin with the article there.
const OTHERS: &str = "محمد أحمد احمد علي حسن حسين فاطمة عائشة خالد عمر يوسف إبراهيم ابراهيم عبدالله عبد مريم سارة نور ليلى زينب سعيد سعد \
    فهد ناصر سلمان طارق وليد كريم هدى منى رنا محمود مصطفى عثمان ياسر ماجد فيصل سلطان تركي نورة ريم هند सुनीता प्रिया अमित राहुल राजेश सुरेश \
    कुमार शर्मा सिंह गुप्ता वर्मा पटेल अनिल विजय संजय दीपक पूजा नेहा अंजलि राम यादव मिश्रा रवि मनोज अशोक गीता सीता";

static SURNAMES: LazyLock<Lexicon<()>> = LazyLock::new(|| all(JAPANESE));
static NAMES: LazyLock<Lexicon<()>> = LazyLock::new(|| all(OTHERS));

fn all(names: &'static str) -> Lexicon<()> {
    Lexicon::new(names.split_ascii_whitespace().map(|name| (name, ())))
}

/// Whether the letter is of a script without capitals.
pub(super) fn is_caseless(letter: char) -> bool {
    matches!(letter, '\u{5d0}'..='\u{6ff}' | '\u{900}'..='\u{97f}') || is_east_asian(letter)
}

pub(super) fn is_east_asian(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '々')
}

/// What a word in such a script is.
pub(super) fn look_up(word: &str) -> Listed {
    let both = Listed { given: true, family: true, ..Listed::default() };
    let mut letters = word.chars();
    let Some(first) = letters.next() else { return Listed::default() };
    let len = word.chars().count();
    if is_east_asian(first) {
        let all = word.chars().all(is_east_asian);
        let one = (2..=3).contains(&len) && (CHINESE.contains(first) || KOREAN.contains(first));
        let two = (3..=5).contains(&len) && is_japanese(word);
        return if all && (one || two) { both } else { Listed::default() };
    }
    if NAMES.get(word.as_bytes()).is_some() {
        return both;
    }
    Listed { family: word.starts_with("ال") && len > 4, ambiguous: true, ..Listed::default() }
}

/// A surname of one to three characters, and more behind it.
fn is_japanese(word: &str) -> bool {
    word.char_indices().skip(1).take(3).any(|(end, _)| SURNAMES.get(&word.as_bytes()[..end]).is_some())
}
